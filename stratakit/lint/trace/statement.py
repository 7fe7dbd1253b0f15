"""A statement of a revision, and what it did."""

from dataclasses import dataclass, field

from stratakit.lint.trace.relation import Column, Table
from stratakit.sql.action import Action

# The modes of PostgreSQL's table locks, the weakest first:
# https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
LOCK_MODES = (
    "AccessShare", "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share",
    "ShareRowExclusive", "Exclusive", "AccessExclusive",
)  # fmt: skip


@dataclass
class Statement:
    """A statement of a revision, and what it did.

    An older relation is one that existed before the revision's upgrade.

    Args:
        text: the SQL.
        line: the line in the revision's file.
        actions: what it does.
        transaction: the number of its transaction in the revision, from 1 on.
        autocommit: whether it is a transaction of its own.
        executions: how often it ran from this line; 2 for several sets of parameters at once.
        in_loop: whether its line is in a loop.
        tables_before: the relations that it names as they were before it; None for a missing one.
        acquired_locks: the strongest lock on each older relation that was not held before it.
        held_locks: the strongest lock on each older relation that is held after it.
        rewritten_tables: the older relations that got a new file.
        scanned_tables: the older relations that were read as a whole.
        has_plan: whether the database explained how it changes rows.
        planned_full_scans: the older tables that a change of rows reads as a whole, by its plan.
        replaced_functions: the functions that it changes although indexes, constraints or triggers
            rely on them, each with those; on PostgreSQL.
        algorithm: how MySQL or MariaDB can do it: instant, inplace or copy; empty if not asked.
        lock_timeout: milliseconds at that time; 0 for none.
        statement_timeout: milliseconds at that time; 0 for none.
        error: the database's answer, if it failed.
    """

    text: str
    line: int
    actions: tuple[Action, ...]
    transaction: int = 1
    autocommit: bool = False
    executions: int = 1
    in_loop: bool = False
    tables_before: dict[str, Table | None] = field(default_factory=dict)
    acquired_locks: dict[str, str] = field(default_factory=dict)
    held_locks: dict[str, str] = field(default_factory=dict)
    rewritten_tables: tuple[str, ...] = ()
    scanned_tables: tuple[str, ...] = ()
    has_plan: bool = False
    planned_full_scans: tuple[str, ...] = ()
    replaced_functions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    algorithm: str = ""
    lock_timeout: int = 0
    statement_timeout: int = 0
    error: str = ""

    def key_of(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table's primary key; `id` if the table is not known."""
        known = self.tables_before.get(table)
        return known.key if known else ("id",)

    def column_before(self, action: Action) -> Column | None:
        """Return the column that an action changes, as it was before; None if it is not known."""
        table = self.tables_before.get(action.table)
        return table.columns.get(action.name) if table else None

    @property
    def lock_duration(self) -> str:
        """The duration of its lock, relative to the size of the table."""
        if self.rewritten_tables or self.algorithm == "copy":
            return "while the table is rewritten"
        if self.scanned_tables or self.planned_full_scans:
            return "while the table is read"
        return "for an instant, behind every transaction that uses the table"

    @property
    def strongest_lock(self) -> tuple[str, str]:
        """The older relation with the strongest lock that it acquired or needs, and the lock."""
        names = {action.table for action in self.actions}
        names |= {*self.rewritten_tables, *self.scanned_tables}
        needed = {name: mode for name, mode in self.held_locks.items() if name in names}
        locks = (self.acquired_locks or needed).items()
        by_strength = sorted(locks, key=lambda lock: LOCK_MODES.index(lock[1]))
        return by_strength[-1] if by_strength else ("", "")
