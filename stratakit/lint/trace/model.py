"""What was seen of one run of a revision: what the rules look at."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from alembic.script import Script

from stratakit.config import Backend, Config
from stratakit.lint.trace.relation import Table
from stratakit.revisions.history import RevisionHistory
from stratakit.sql.action import Action

Direction = Literal["upgrade", "downgrade"]

# The modes of PostgreSQL's table locks, the weakest first:
# https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
MODES = (
    "AccessShare", "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share",
    "ShareRowExclusive", "Exclusive", "AccessExclusive",
)  # fmt: skip


@dataclass
class Statement:
    """One statement of a revision.

    Args:
        text: as it was sent.
        line: in the revision's file.
        acts: what it does.
        transaction: the number of its transaction in the revision.
        autocommit: whether each statement is a transaction of its own here.
        times: how often it ran from this line.
        in_loop: whether its line is in a loop.
        before: the tables that it names, as they stood before it; None for one that was not there.
        locks: its strongest lock on each old relation that it did not hold before.
        held: the strongest lock on each old relation that is held behind it.
        rewritten: the old relations that got a new file.
        scanned: the old relations that were read as a whole.
        planned: whether the database told the plan of a change of rows.
        walks: the old tables that a change of rows reads as a whole, by its plan.
        online: how MySQL or MariaDB can do it: instant, inplace, copy or empty for not asked.
        lock_timeout: in milliseconds when it ran; 0 for none.
        statement_timeout: likewise.
        error: what the database answered, where it failed.
    """

    text: str
    line: int
    acts: tuple[Action, ...]
    transaction: int = 1
    autocommit: bool = False
    times: int = 1
    in_loop: bool = False
    before: dict[str, Table | None] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    rewritten: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    planned: bool = False
    walks: tuple[str, ...] = ()
    online: str = ""
    lock_timeout: int = 0
    statement_timeout: int = 0
    error: str = ""

    @property
    def lasting(self) -> str:
        """How long its lock is held, relative to the size of the table."""
        if self.rewritten or self.online == "copy":
            return "while the table is written anew"
        if self.scanned or self.walks:
            return "while the table is read"
        return "for an instant, behind every transaction that uses the table"

    @property
    def strongest(self) -> tuple[str, str]:
        """The old relation with the strongest lock that it took or needs, and the lock."""
        named = {act.table for act in self.acts} | {*self.rewritten, *self.scanned}
        needed = {name: mode for name, mode in self.held.items() if name in named}
        order = sorted((self.locks or needed).items(), key=lambda lock: MODES.index(lock[1]))
        return order[-1] if order else ("", "")


@dataclass(frozen=True)
class Call:
    """One of Alembic's operations, and the line that it stands in."""

    operation: Any
    line: int


@dataclass
class Step:
    """One run of a revision, in one direction.

    Args:
        revision: its id.
        path: its file.
        source: the file's text.
        direction: upgrade or downgrade.
        backend: of the database.
        version: the major version of the server that is to be written for; 0 where unknown.
        phase: what the revision says of itself; empty where it says nothing.
        observed: whether a database ran it.
        existed: the tables named, as they stood before the *upgrade*; None for one that it makes.
        error: what it failed with.
        error_line: where.
        unstamped: whether it ended without its version.
        commits: the lines that commit by hand.
        lost: what SQLite lost by it, in words.
        packages: the names of the application's packages and modules.
        refused: whether it says itself that it cannot be run, by NotImplementedError.
        remade: the views that it makes anew, as they stand then.
        left: what running the upgrade again fails with, for the downgrade left it behind.
        incomplete: whether not all of it was read, without a database.
        fails_on_rows: whether it failed on what the rows hold.
        watermark: the highest number of a relation before the upgrade, on PostgreSQL.
        other: the run in the other direction.
    """

    revision: str
    path: Path
    source: str
    direction: Direction
    backend: Backend
    version: int = 0
    phase: str = ""
    observed: bool = False
    statements: list[Statement] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    existed: dict[str, Table | None] = field(default_factory=dict)
    error: str = ""
    error_line: int = 0
    unstamped: bool = False
    commits: list[int] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)
    packages: tuple[str, ...] = ()
    refused: bool = False
    remade: dict[str, Table | None] = field(default_factory=dict)
    left: str = ""
    incomplete: bool = False
    fails_on_rows: bool = False
    watermark: int = 0
    other: "Step | None" = None

    @property
    def up(self) -> bool:
        """Whether it is the upgrade."""
        return self.direction == "upgrade"

    def acts(self, *kinds: str) -> Iterator[tuple[Statement, Action]]:
        """The acts of these kinds, each with its statement."""
        for statement in self.statements:
            for act in statement.acts:
                if act.kind in kinds:
                    yield statement, act

    def names(self, *kinds: str) -> set[str]:
        """The names of what the acts of these kinds concern."""
        return {act.name for _, act in self.acts(*kinds)}

    def old(self, table: str) -> bool:
        """Whether a table existed before the revision's upgrade."""
        if table in self.made and self.existed.get(table) is None:
            return False
        return table not in self.existed or self.existed[table] is not None

    def old_column(self, table: str, column: str) -> bool:
        """Whether a column existed before the revision's upgrade."""
        if not self.old(table):
            return False
        known = self.existed.get(table)
        if known is not None and known.columns:
            return column in known.columns
        return (table, column) not in self.made_columns

    @property
    def made(self) -> set[str]:
        """The tables and types that the upgrade makes, by its text."""
        tables = {act.table for _, act in self._upgrade.acts("create table")}
        return tables | self._upgrade.names("create type")

    @property
    def made_columns(self) -> set[tuple[str, str]]:
        """The columns that the upgrade adds to tables."""
        added = self._upgrade.acts("add column", "declare column")
        return {(act.table, act.name) for _, act in added}

    @property
    def undone(self) -> bool:
        """Whether it left nothing behind, if it failed."""
        kept = self.commits or any(each.autocommit for each in self.statements)
        return self.backend != "mysql" and not kept

    @property
    def _upgrade(self) -> "Step":
        return self if self.up or self.other is None else self.other


def unloadable(config: Config, chain: RevisionHistory, error: Exception) -> Step | None:
    """What is known of the revision that an error comes from.

    Returns:
        A step that failed with it; None where the error comes from elsewhere.
    """
    files = {revision.path.resolve(): revision for revision in chain.values()}
    for frame in traceback.extract_tb(error.__traceback__):
        revision = files.get(Path(frame.filename).resolve())
        if revision is not None:
            return Step(
                revision.id,
                revision.path,
                revision.path.read_text(encoding="utf-8"),
                "upgrade",
                config.database,
                packages=tuple(config.packages),
                error=f"it cannot be loaded: {error}",
                error_line=frame.lineno or 1,
            )
    return None


def unrun(config: Config, script: Script, direction: Direction, version: int = 0) -> Step:
    """What is known of a revision before it runs.

    Args:
        config: of the project.
        script: the revision, which is loaded.
        direction: upgrade or downgrade.
        version: the major version of the server at hand, for where strata.toml names none.
    """
    path = Path(script.path)
    return Step(
        script.revision,
        path,
        path.read_text(encoding="utf-8"),
        direction,
        config.database,
        config.server_version or version,
        getattr(script.module, "phase", ""),
        packages=tuple(config.packages),
    )
