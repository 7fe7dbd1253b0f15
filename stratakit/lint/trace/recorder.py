"""A recorder of the statements that a revision sends, each with its line."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from alembic.operations import Operations
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext

from stratakit.lint.trace.driver import watched_driver
from stratakit.lint.trace.frames import call_stack, current_line, is_in_module
from stratakit.lint.trace.loops import changes_objects, is_orm_flush, loop_lines
from stratakit.lint.trace.observers import StatementObserver
from stratakit.lint.trace.operation_log import OperationLog
from stratakit.lint.trace.relation import Table
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.sources import source_tables
from stratakit.lint.trace.statement import Statement
from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.sql.action import Action
from stratakit.sql.columns import referenced_table
from stratakit.sql.parser import parse
from stratakit.sql.tokenizer import unquote

ROWS = ("select", "insert", "update", "delete", "set", "show", "with")
"""The kinds of actions that may run in a loop, and are counted."""


class Recorder:
    """Records one run of a revision.

    Args:
        connection: the connection that the revision runs on.
        run: the revision, as it is before it runs; with its counterpart for a downgrade.
        observer: of the kind of database.
    """

    def __init__(
        self, connection: Connection, run: RevisionRun, observer: StatementObserver
    ) -> None:
        self._connection, self._run, self._observer = connection, run, observer
        self._transaction = 1
        self._loops = list(loop_lines(run.source))
        self._changes_objects = changes_objects(run.source)
        self._log = OperationLog(run.path)
        self._statements: list[Statement] = []
        self._commit_lines: list[int] = []
        upgrade = run.counterpart
        self._tables_before: dict[str, Table | None] = dict(
            upgrade.tables_before if upgrade else {}
        )
        self._recreated_views: dict[str, Table | None] = {}
        self._listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._before,
            "after_cursor_execute": self._after,
            "commit": self._after_commit,
        }

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record until the end of the `with`."""
        for name, listener in self._listeners.items():
            event.listen(self._connection, name, listener)
        try:
            with watched_driver(self._connection, self._watch):
                yield
        finally:
            for name, listener in self._listeners.items():
                event.remove(self._connection, name, listener)

    def attach(self, operations: Operations) -> None:
        """Record what is called on Alembic's object behind `alembic.op`, too."""
        self._log.attach(operations)

    def recorded_run(self) -> RevisionRun:
        """Return the run with what was recorded of it."""
        return replace(
            self._run,
            is_observed=True,
            statements=tuple(self._statements),
            calls=tuple(self._log.calls),
            tables_before=self._tables_before,
            recreated_views=self._recreated_views,
            commit_lines=tuple(self._commit_lines),
        )

    @contextmanager
    def _watch(self, text: str, parameters: Any, many: bool) -> Iterator[None]:
        """Record a statement that the revision sends by the driver itself."""
        before = self._statements[-1] if self._statements else None
        is_consumed = many and not isinstance(parameters, Sequence)
        self._record(text, None if is_consumed else parameters, many)
        is_new = bool(self._statements) and self._statements[-1] is not before
        yield
        if is_new:
            self._look_after(self._statements[-1])
            if any(action.kind == "transaction" for action in self._statements[-1].actions):
                self._transaction += 1

    def _before(
        self,
        _connection: Connection,
        _cursor: DBAPICursor,
        text: str,
        parameters: Any,
        _context: ExecutionContext | None,
        many: bool,
    ) -> None:
        self._record(text, parameters, many)

    def _record(self, text: str, parameters: Any, many: bool) -> None:
        """Record a statement before it runs, unless it does not come from the revision."""
        line = self._log.batch_line or current_line(self._run.path)
        if not line:
            return
        schema = self._connection.dialect.default_schema_name or "public"
        actions = tuple(parse(text, schema))
        ours = any(each.table in OWN_TABLES and each.kind != "drop table" for each in actions)
        if ours or self._count_again(text, line, actions):
            return
        statement = Statement(text, line, actions, self._transaction, self._is_autocommit)
        statement.executions = 2 if many else 1
        statement.in_loop = any(first < line <= last for first, last in self._loops) or (
            self._changes_objects and is_orm_flush()
        )
        self._statements.append(statement)
        self._look_before(statement)
        self._observer.before(statement, parameters[0] if many and parameters else parameters)

    @property
    def _is_autocommit(self) -> bool:
        """True if each statement commits: by SQLAlchemy's option, or by psycopg's attribute."""
        level = self._connection.get_execution_options().get("isolation_level")
        driver = self._connection.connection.dbapi_connection
        return level == "AUTOCOMMIT" or getattr(driver, "autocommit", False) is True

    def _count_again(self, text: str, line: int, actions: tuple[Action, ...]) -> bool:
        """Count a statement that ran before from the same line, if it changes rows alone."""
        if any(action.kind not in ROWS for action in actions):
            return False
        for statement in reversed(self._statements):
            if (statement.text, statement.line) == (text, line):
                statement.executions += 1
                self._statements.remove(statement)
                self._statements.append(statement)
                return True
        return False

    def _look_before(self, statement: Statement) -> None:
        """Read the relations that a statement names, before it runs."""
        actions = statement.actions
        for action in actions:
            if action.kind == "rename table" and not self._tables_before.get(action.table, True):
                self._tables_before.setdefault(unquote(action.text), None)
        names = {name for action in actions for name in _relations(action) if name}
        copies = [each for each in actions if each.kind == "insert" and each.has("SELECT")]
        names |= {source for action in copies for source in source_tables(action)}
        if copies or (names and any(each.kind not in ("select", "insert") for each in actions)):
            statement.tables_before = self._observer.read_tables(names)
            self._remember_tables(statement)

    def _remember_tables(self, statement: Statement) -> None:
        for name, table in statement.tables_before.items():
            self._tables_before.setdefault(name, None if table and table.is_new else table)

    def _after(self, _connection: Connection, _cursor: DBAPICursor, text: str, *_: object) -> None:
        if not self._statements or self._statements[-1].text != text:
            return
        self._look_after(self._statements[-1])

    def _look_after(self, statement: Statement) -> None:
        """Look at the database after a statement has run."""
        self._observer.after(statement)
        self._remember_tables(statement)
        for action in statement.actions:
            if action.kind.startswith("create") and "view" in action.kind:
                self._recreated_views |= self._observer.read_tables({action.name})

    def _after_commit(self, _connection: Connection) -> None:
        self._transaction += 1
        for frame in call_stack():
            if frame.f_code.co_filename == str(self._run.path):
                self._commit_lines.append(frame.f_lineno)
                return
            if is_in_module(frame, "alembic/runtime/migration.py"):
                return


def _relations(action: Action) -> Iterator[str]:
    """Yield the names of the relations that an action is about."""
    yield action.table
    yield referenced_table(action)
    if action.kind in ("drop index", "reindex", "rename index", "attach partition"):
        yield action.name
