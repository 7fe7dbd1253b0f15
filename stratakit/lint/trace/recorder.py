"""Watching a revision at work: each statement with the line that it comes from."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from alembic.operations.base import AbstractOperations
from alembic.operations.batch import BatchOperationsImpl
from sqlalchemy import Connection, event

from stratakit.lint.trace import loops
from stratakit.lint.trace.model import Call, Statement, Step
from stratakit.lint.trace.relation import Table
from stratakit.sql.action import Action
from stratakit.sql.columns import referenced_table
from stratakit.sql.parser import parse
from stratakit.sql.tokenizer import unquote

OURS = ("alembic_version", "migration_log")


class Eyes(Protocol):
    """What one kind of database can tell of a statement."""

    def tables(self, cursor: Any, names: set[str]) -> dict[str, Table | None]:
        """Tell tables as they stand."""

    def before(self, cursor: Any, statement: Statement, parameters: Any) -> None:
        """Look before a statement runs."""

    def after(self, cursor: Any, statement: Statement) -> None:
        """Look behind a statement that ran."""


class Recorder:
    """Fills a step while its revision runs; for a `with`.

    Args:
        connection: the migrations' own.
        step: what is filled.
        eyes: of the kind of database.
    """

    def __init__(self, connection: Connection, step: Step, eyes: Eyes) -> None:
        self._connection, self._step, self._eyes = connection, step, eyes
        self._transaction = 1
        self._line = 0
        self._loops = list(loops.lines(step.source))
        self._assigns = loops.assign(step.source)
        self._depth = 0
        self._listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._before,
            "after_cursor_execute": self._after,
            "commit": self._committed,
        }

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the end of the `with`."""
        for name, listener in self._listeners.items():
            event.listen(self._connection, name, listener)
        try:
            with self._operations():
                yield
        finally:
            for name, listener in self._listeners.items():
                event.remove(self._connection, name, listener)

    @contextmanager
    def _operations(self) -> Iterator[None]:
        """Note Alembic's operations, and in a batch the line of each."""
        recorder = self
        invoke, begin = AbstractOperations.invoke, BatchOperationsImpl.__init__

        def invoked(self: Any, operation: Any) -> Any:
            recorder._step.calls.append(Call(operation, recorder._here()))
            return invoke(self, operation)

        class Batch(list[Any]):
            def append(self, item: Any) -> None:
                super().append((recorder._here(), item))

            def __iter__(self) -> Iterator[Any]:
                for line, item in super().__iter__():
                    recorder._line = line
                    yield item
                recorder._line = 0

        def begun(self: Any, *args: Any, **kw: Any) -> None:
            begin(self, *args, **kw)  # type: ignore[no-untyped-call]
            self.batch = Batch()

        AbstractOperations.invoke = invoked  # type: ignore[method-assign]
        BatchOperationsImpl.__init__ = begun  # type: ignore[method-assign]
        try:
            yield
        finally:
            AbstractOperations.invoke = invoke  # type: ignore[method-assign]
            BatchOperationsImpl.__init__ = begin  # type: ignore[method-assign]

    def _here(self) -> int:
        frame = sys._getframe(1)
        path = str(self._step.path)
        while frame is not None:
            if frame.f_code.co_filename == path:
                return frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment]
        return 0

    def _before(
        self, connection: Any, cursor: Any, text: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        line = self._line or self._here()
        if self._depth or not line:
            return
        found = tuple(parse(text, connection.dialect.default_schema_name or "public"))
        if any(act.table in OURS for act in found):
            return
        level = connection.get_execution_options().get("isolation_level")
        self.note(text, line, found, autocommit=level == "AUTOCOMMIT", many=many, cursor=cursor,
                  parameters=parameters)  # fmt: skip

    def note(
        self,
        text: str,
        line: int,
        found: tuple[Action, ...],
        *,
        autocommit: bool = False,
        many: bool = False,
        cursor: Any = None,
        parameters: Any = None,
    ) -> None:
        """Note a statement before it runs."""
        last = self._step.statements[-1] if self._step.statements else None
        if last is not None and (last.text, last.line) == (text, line) and not _changes(found):
            last.times += 1
            return
        same = [each for each in self._step.statements if (each.text, each.line) == (text, line)]
        if same and not _changes(found):
            same[-1].times += 1
            self._step.statements.remove(same[-1])
            self._step.statements.append(same[-1])
            return
        statement = Statement(text, line, found, self._transaction, autocommit)
        statement.times = 2 if many else 1
        statement.in_loop = any(first < line <= end for first, end in self._loops) or (
            self._assigns and loops.flushing()
        )
        self._step.statements.append(statement)
        if cursor is None:
            return
        for act in found:
            if act.kind == "rename table" and not self._step.existed.get(act.table, True):
                self._step.existed.setdefault(unquote(act.text), None)
        names = {
            name
            for act in found
            for name in (act.table, _named(act), referenced_table(act))
            if name
        }
        if names and any(act.kind not in ("select", "insert") for act in found):
            statement.before = self._eyes.tables(cursor, names)
            self._existed(statement)
        self._eyes.before(cursor, statement, parameters[0] if many and parameters else parameters)

    def _existed(self, statement: Statement) -> None:
        for name, table in statement.before.items():
            self._step.existed.setdefault(name, None if table and table.new else table)

    def _after(self, _connection: Any, cursor: Any, text: str, *_: Any) -> None:
        if self._step.statements and self._step.statements[-1].text == text:
            statement = self._step.statements[-1]
            self._eyes.after(cursor, statement)
            self._existed(statement)
            for act in statement.acts:
                if act.kind.startswith("create") and "view" in act.kind:
                    self._step.remade |= self._eyes.tables(cursor, {act.name})

    def _committed(self, _connection: Any) -> None:
        self._transaction += 1
        frame = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_filename
            if name == str(self._step.path):
                self._step.commits.append(frame.f_lineno)
                return
            if name.replace("\\", "/").endswith("alembic/runtime/migration.py"):
                return
            frame = frame.f_back  # type: ignore[assignment]


def _changes(found: tuple[Action, ...]) -> bool:
    rows = ("select", "insert", "update", "delete", "set", "show", "with")
    return any(act.kind not in rows for act in found)


def _named(act: Action) -> str:
    """The relation that an act names beside its table."""
    if act.kind in ("drop index", "reindex", "rename index", "attach partition"):
        return act.name
    return ""
