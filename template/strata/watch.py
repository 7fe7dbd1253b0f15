"""What a run of migrations is doing, for the words after a failure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, event

READS = ("SELECT", "SHOW", "PRAGMA", "DESCRIBE", "SET")


class Watch:
    """The step at work and the statements that it has executed.

    Args:
        connection: the migrations' own.
        transactional: whether the database undoes a failed revision as a whole.
        heads: where the database stood at the start.
    """

    def __init__(
        self, connection: Connection, *, transactional: bool, heads: tuple[str, ...]
    ) -> None:
        self.transactional = transactional
        self.step: Any = None
        self.started_empty = not heads
        self.place = f"at {', '.join(heads)}" if heads else "before the first revision"
        self._begun: list[str] = []
        self._done: list[str] = []
        event.listen(connection, "before_cursor_execute", self._before)
        event.listen(connection, "after_cursor_execute", self._after)

    def steps(
        self, function: Callable[..., Iterable[Any]], check: Callable[[list[Any]], None]
    ) -> Callable[..., Iterator[Any]]:
        """Wrap the function that gives Alembic its steps.

        Args:
            function: the one that Alembic's command made.
            check: called with all steps before the first one runs.
        """

        def watched(heads: Any, context: Any) -> Iterator[Any]:
            steps = list(function(heads, context))
            check(steps)
            for step in steps:
                self.step, self._begun, self._done = step, [], []
                yield step
                to = step.to_revisions_no_deps
                self.place = f"at {', '.join(to)}" if to else "before the first revision"
            self.step = None

        return watched

    def progress(self) -> str:
        """The statements of the failed step: which were applied and which was not."""
        done = "\n".join(f"  applied: {_short(statement)}" for statement in self._done)
        failed = [_short(statement) for statement in self._begun[len(self._done) :]]
        return "\n".join(filter(None, [done, *(f"  not applied: {text}" for text in failed)]))

    def _before(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._begun.append(statement)

    def _after(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._done.append(statement)


def _short(statement: str) -> str:
    return " ".join(statement.split())[:200]
