"""Alembic's operations that a revision calls, each with its line."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ParamSpec

from alembic.operations import BatchOperations, Operations
from alembic.operations.base import AbstractOperations
from alembic.operations.batch import BatchOperationsImpl
from alembic.operations.ops import MigrateOperation

from stratakit.lint.trace.frames import current_line
from stratakit.lint.trace.revision_run import Call

P = ParamSpec("P")


class OperationLog:
    """Notes the operations that a revision calls.

    Alembic 1.20 has no event for an operation, and `Operations.context` takes no subclass: it
    creates the object behind `alembic.op` itself. So the methods of this one object are wrapped;
    its class, which the whole process shares, stays as it is.

    Args:
        path: the revision's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.calls: list[Call] = []
        self.batch_line = 0
        """The line of the operation that a batch is sending; 0 outside of a batch's end."""

    def attach(self, operations: Operations) -> None:
        """Note what is called on an object from now on."""
        self._wrap_invoke(operations)
        operations.batch_alter_table = self._wrapped_batch(  # type: ignore[method-assign, assignment]
            operations.batch_alter_table
        )

    def _wrap_invoke(self, operations: AbstractOperations) -> None:
        invoke = operations.invoke

        def note_and_invoke(operation: MigrateOperation) -> object:
            self.calls.append(Call(operation, current_line(self._path)))
            return invoke(operation)

        operations.invoke = note_and_invoke  # type: ignore[method-assign, assignment]

    def _wrapped_batch(
        self, begin: Callable[P, AbstractContextManager[BatchOperations]]
    ) -> Callable[P, AbstractContextManager[BatchOperations]]:
        @contextmanager
        def batch_alter_table(*args: P.args, **options: P.kwargs) -> Iterator[BatchOperations]:
            with begin(*args, **options) as batch:
                self._wrap_invoke(batch)
                assert isinstance(batch.impl, BatchOperationsImpl)
                batch.impl.batch = _BatchedCalls(self, self._path)
                yield batch

        return batch_alter_table


class _BatchedCalls(list[object]):
    """The operations that a batch sends at its end; sets `batch_line` while each is sent."""

    def __init__(self, log: OperationLog, path: Path) -> None:
        super().__init__()
        self._log, self._path = log, path
        self._lines: list[int] = []

    def append(self, item: object) -> None:
        self._lines.append(current_line(self._path))
        super().append(item)

    def __iter__(self) -> Iterator[object]:
        for line, item in zip(self._lines, super().__iter__(), strict=True):
            self._log.batch_line = line
            yield item
        self._log.batch_line = 0
