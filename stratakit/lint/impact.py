"""The meaning of a statement for a table of a known size."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from stratakit.lint.rates import Rates
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import LOCK_MODES, Statement
from stratakit.statistics import Statistics, TableStatistics

Effect = Literal["rewrites", "changes", "indexes", "scans", "locks"]
WEAKEST = LOCK_MODES.index("ShareUpdateExclusive")
"""The weakest lock that an operation on a table takes, and no statement of an application."""


@dataclass(frozen=True)
class Impact:
    """The effect of a revision on one table.

    Args:
        revision: the id.
        table: its name.
        effect: what happens to the table.
        lock: the lock that is held meanwhile, as PostgreSQL names it; empty if that is not known.
        size: the size of the table.
        seconds: the estimated duration; None without a rate.
    """

    revision: str
    table: str
    effect: Effect
    lock: str
    size: TableStatistics
    seconds: float | None = None

    @property
    def duration(self) -> str:
        """The duration in words; of a lock alone, that it is short."""
        if self.effect == "locks":
            return "for an instant"
        return "" if self.seconds is None else describe_seconds(self.seconds)

    def __str__(self) -> str:
        lock = f"under {self.lock}" if self.lock else ""
        rest = " ".join(filter(None, (self.duration, lock)))
        return f"{self.effect} {self.table} ({self.size})" + (f": {rest}" if rest else "")


def find_impacts(
    runs: Sequence[RevisionRun], statistics: Statistics, rates: Rates | None
) -> list[Impact]:
    """Return the effect of each upgrade on each table of a known size: the longest of several."""
    longest: dict[tuple[str, str], Impact] = {}
    for run in runs:
        for statement in run.statements if run.is_upgrade else ():
            for impact in statement_impacts(run, statement, statistics, rates):
                key = (impact.revision, impact.table)
                if key not in longest or _weight(impact) > _weight(longest[key]):
                    longest[key] = impact
    return list(longest.values())


def statement_impacts(
    run: RevisionRun, statement: Statement, statistics: Statistics, rates: Rates | None
) -> Iterator[Impact]:
    """Yield the effect of a statement on each older table of a known size."""
    for table, effect in affected_tables(statement).items():
        if table in statistics:
            size, lock = statistics[table], _lock(statement, table)
            yield Impact(
                run.revision, table, effect, lock, size, estimate_seconds(effect, size, rates)
            )


def affected_tables(statement: Statement) -> dict[str, Effect]:
    """Return the older tables that a statement rewrites, reads as a whole or locks."""
    effects: dict[str, Effect] = {
        table: "locks"
        for table, mode in statement.acquired_locks.items()
        if LOCK_MODES.index(mode) >= WEAKEST
    }
    changed = {each.table for each in statement.actions if each.kind in ("update", "delete")}
    for table in (*statement.scanned_tables, *statement.planned_full_scans):
        effects[table] = "changes" if table in changed else "scans"
    older = {name for name, table in statement.tables_before.items() if table}
    if statement.algorithm:
        # MySQL and MariaDB lock the table when they begin and when they end.
        effects |= dict.fromkeys(older, "locks")
    indexed = {each.table for each in statement.actions if each.kind == "create index"}
    effects |= dict.fromkeys(indexed & older, "indexes")
    copied = older if statement.algorithm == "copy" else set()
    return effects | dict.fromkeys({*statement.rewritten_tables, *copied}, "rewrites")


def estimate_seconds(effect: Effect, size: TableStatistics, rates: Rates | None) -> float | None:
    """Estimate how long an effect takes; None without a rate."""
    if effect == "locks":
        return 0.0
    if rates is None:
        return None
    if effect in ("rewrites", "changes"):
        # The indexes are written again, too.
        return size.bytes / rates.rewrite + size.index_bytes / rates.index
    return size.bytes / (rates.index if effect == "indexes" else rates.scan)


def describe_seconds(seconds: float) -> str:
    """Return a duration in words."""
    if seconds < 1:
        return "less than 1 s"
    for limit, unit in ((2 * 86_400, "days"), (2 * 3600, "hours"), (120, "minutes")):
        if seconds >= limit:
            length = {"days": 86_400, "hours": 3600, "minutes": 60}[unit]
            return f"about {seconds / length:.0f} {unit}"
    return f"about {seconds:.0f} s"


def _lock(statement: Statement, table: str) -> str:
    mode = statement.held_locks.get(table) or statement.acquired_locks.get(table, "")
    if any("CONCURRENTLY" in each.flags for each in statement.actions):
        # It cannot be rehearsed in a transaction, where its lock would be seen.
        mode = "ShareUpdateExclusive"
    return re.sub(r"(?<!^)(?=[A-Z])", " ", mode).upper()


def _weight(impact: Impact) -> tuple[float, int]:
    mode = impact.lock.title().replace(" ", "")
    return impact.seconds or 0.0, LOCK_MODES.index(mode) if mode else -1
