import re
from collections.abc import Iterator, Sequence

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation

KINDS = {
    "set", "reset", "select", "alter role", "alter user", "alter database", "alter system",
}  # fmt: skip
SETTING = re.compile(
    r"\b(lock_timeout|statement_timeout|(?:innodb_)?lock_wait_timeout|max_statement_time)\b"
    r"['`]?\s*(?:=|\bTO\b|,)\s*'?\s*(\d+(?:\.\d+)?|\w+)\s*(ms|s|min|h|d)?\b",
    re.IGNORECASE,
)
RESET = re.compile(r"^\s*RESET\s+(lock_timeout|statement_timeout)\b", re.IGNORECASE)
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}
LONGEST_WAIT = 10
"""Seconds that all other sessions of a table may have to wait behind a revision."""
ROWS = {"select", "insert", "update", "delete", "set", "reset", "show", "validate constraint"}
"""Actions that may take long while the table is used."""


class TimeoutOff(Rule):
    """A revision disables its own timeout.

    Its next ALTER TABLE waits for a lock as long as another session holds one, and all later
    sessions wait for it. stratakit sets the timeouts and retries the revision.
    """

    id = "timeout-off"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "mysql")
    shown_on = ("postgresql",)
    checks_downgrade = True
    bad = (
        """
        op.execute("SET lock_timeout = 0")
        op.add_column("items", sa.Column("colour", sa.String(20)))
        """,
    )
    good = (
        """
        op.execute("SET LOCAL lock_timeout = '2s'")
        op.add_column("items", sa.Column("colour", sa.String(20)))
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for place, statement in enumerate(run.statements):
            for name, seconds in _timeouts(statement):
                is_lock = "lock" in name
                is_off = seconds == 0 or (is_lock and seconds > LONGEST_WAIT)
                if is_off and _matters(statement, name, run.statements[place + 1 :]):
                    yield Violation(
                        f"{name} is set to "
                        + (f"{seconds:g} seconds" if seconds else "no limit")
                        + f" by the {run.direction}",
                        "Remove it. For all revisions, set MIGRATION_LOCK_TIMEOUT_SECONDS and "
                        "MIGRATION_STATEMENT_TIMEOUT_SECONDS in the environment or in .env",
                        statement,
                    )


def _timeouts(statement: Statement) -> Iterator[tuple[str, float]]:
    """Yield the timeouts that a statement sets, in seconds; 0 is no limit."""
    if not any(action.kind in KINDS for action in statement.actions):
        return
    if match := RESET.match(statement.text):
        yield match[1].lower(), 0
    for match in SETTING.finditer(statement.text):
        name = match[1].lower()
        unit = (match[3] or ("s" if "wait" in name or "max" in name else "ms")).lower()
        try:
            yield name, float(match[2]) * SECONDS[unit]
        except ValueError:
            if match[2].lower() == "default":
                yield name, 0


def _matters(statement: Statement, name: str, later: Sequence[Statement]) -> bool:
    """Return whether a timeout that is off concerns more than what may take long."""
    until = next(
        (place for place, each in enumerate(later) if name in dict(_timeouts(each))), len(later)
    )
    actions = [action for each in later[:until] for action in each.actions]
    locks = [each for each in actions if each.kind not in ROWS and "CONCURRENTLY" not in each.flags]
    if statement.autocommit or (actions and "lock" not in name):
        return bool(locks)
    return True
