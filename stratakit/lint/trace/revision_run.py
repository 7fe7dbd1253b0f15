"""A run of a revision, and what was seen of it."""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from alembic.operations.ops import MigrateOperation
from alembic.script import Script

from stratakit.config import Backend, Config
from stratakit.engine.errors import missing_server_object
from stratakit.lint.trace.relation import Table
from stratakit.lint.trace.statement import Statement
from stratakit.revisions.history import RevisionHistory
from stratakit.sql.action import Action

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True)
class Call:
    """A call of one of Alembic's operations, and the line that it is in."""

    operation: MigrateOperation
    line: int


@dataclass(frozen=True)
class Loss:
    """A loss on SQLite that no statement names, with the line that causes it."""

    line: int
    text: str


@dataclass(frozen=True, eq=False)
class RevisionRun:
    """One run of a revision, in one direction.

    Args:
        revision: its id.
        path: its file.
        source: the text of the file.
        direction: upgrade or downgrade.
        backend: the kind of database.
        server_version: the major version of the server that it is for; 0 if it is not known.
        phase: the phase that the revision declares; empty if it declares none.
        packages: the names of the application's packages and modules.
        is_observed: whether a database ran it.
        is_incomplete: whether it was not read to its end, without a database.
        statements: the statements that it sent, in their order.
        calls: the operations that it called.
        tables_before: the relations that it names as they were before the *upgrade*; None for one
            that the upgrade creates.
        recreated_views: the views that it creates, as they were afterwards.
        commit_lines: the lines that commit explicitly.
        losses: what SQLite lost by it.
        error: the error that it failed with.
        error_line: the line of the error.
        fails_on_rows: whether the error may come from the values of rows.
        row_error: the error on the sample rows of a revision that runs on empty tables.
        is_irreversible: whether it is a downgrade that raised NotImplementedError.
        is_unstamped: whether it ended without its version.
        rerun_error: the error of the upgrade after this downgrade, which left something behind.
        seeded_tables: the tables to which the revisions before it insert rows: they are small.
        followers: the upgrades of the later revisions that are linted with it.
        counterpart: the run in the other direction.
    """

    revision: str
    path: Path
    source: str
    direction: Direction
    backend: Backend
    server_version: int = 0
    phase: str = ""
    packages: tuple[str, ...] = ()
    is_observed: bool = False
    is_incomplete: bool = False
    statements: tuple[Statement, ...] = ()
    calls: tuple[Call, ...] = ()
    tables_before: Mapping[str, Table | None] = field(default_factory=dict)
    recreated_views: Mapping[str, Table | None] = field(default_factory=dict)
    commit_lines: tuple[int, ...] = ()
    losses: tuple[Loss, ...] = ()
    error: str = ""
    error_line: int = 0
    fails_on_rows: bool = False
    row_error: str = ""
    is_irreversible: bool = False
    is_unstamped: bool = False
    rerun_error: str = ""
    seeded_tables: frozenset[str] = frozenset()
    followers: "tuple[RevisionRun, ...]" = ()
    counterpart: Self | None = None

    @classmethod
    def from_script(
        cls, config: Config, script: Script, direction: Direction, server_version: int = 0
    ) -> Self:
        """Describe a revision that has not run yet.

        Args:
            config: the project's.
            script: the revision, which is loaded.
            direction: upgrade or downgrade.
            server_version: the major version of the scratch server, if strata.toml names none.
        """
        path = Path(script.path)
        return cls(
            script.revision,
            path,
            path.read_text(encoding="utf-8"),
            direction,
            config.database,
            config.server_version or server_version,
            getattr(script.module, "phase", ""),
            tuple(config.packages),
        )

    @classmethod
    def from_load_error(
        cls, config: Config, revisions: RevisionHistory, error: Exception
    ) -> Self | None:
        """Describe the upgrade of a revision that cannot be loaded.

        Returns:
            A run that failed; None if the error comes from no revision.
        """
        files = {revision.path.resolve(): revision for revision in revisions.values()}
        for frame in traceback.extract_tb(error.__traceback__):
            revision = files.get(Path(frame.filename).resolve())
            if revision is not None:
                return cls(
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

    @property
    def is_upgrade(self) -> bool:
        """True if it is the upgrade."""
        return self.direction == "upgrade"

    @property
    def is_rolled_back(self) -> bool:
        """True if it leaves nothing behind if it fails."""
        committed = self.commit_lines or any(
            each.autocommit or any(action.kind == "transaction" for action in each.actions)
            for each in self.statements
        )
        return self.backend != "mysql" and not committed

    @property
    def server_limit(self) -> str:
        """The object that the scratch server lacks, if that is the error; else empty."""
        return missing_server_object(self.error)

    def actions(self, *kinds: str) -> Iterator[tuple[Statement, Action]]:
        """Yield the actions of these kinds, each with its statement."""
        for statement in self.statements:
            for action in statement.actions:
                if action.kind in kinds:
                    yield statement, action

    def names(self, *kinds: str) -> set[str]:
        """Return the names in the actions of these kinds."""
        return {action.name for _, action in self.actions(*kinds)}

    def existed_before(self, table: str) -> bool:
        """Return whether a table existed before the upgrade."""
        if table in self.created and self.tables_before.get(table) is None:
            return False
        return table not in self.tables_before or self.tables_before[table] is not None

    @cached_property
    def dropped(self) -> set[str]:
        """The tables that it drops, so that nothing else it drops of them counts."""
        return {action.table for _, action in self.actions("drop table", "drop foreign table")}

    def column_existed_before(self, table: str, column: str) -> bool:
        """Return whether a column existed before the upgrade."""
        if not self.existed_before(table):
            return False
        known = self.tables_before.get(table)
        if known is not None and known.columns:
            return column in known.columns
        return (table, column) not in self._added_columns

    @cached_property
    def created(self) -> set[str]:
        """The tables and types that the upgrade creates, by its SQL."""
        tables = {action.table for _, action in self._upgrade.actions("create table")}
        return tables | self._upgrade.names("create type")

    @cached_property
    def _added_columns(self) -> set[tuple[str, str]]:
        """The columns that the upgrade adds to tables, by its SQL."""
        added = self._upgrade.actions("add column", "declare column")
        return {(action.table, action.name) for _, action in added}

    @property
    def _upgrade(self) -> "RevisionRun":
        return self if self.is_upgrade or self.counterpart is None else self.counterpart
