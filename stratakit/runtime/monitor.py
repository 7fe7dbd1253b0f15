"""The progress of a migration run, so that a failure can be reported precisely."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event

from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.revisions.run_options import StepProgress
from stratakit.runtime.timeouts import Blocker

READS = ("SELECT", "SHOW", "PRAGMA", "DESCRIBE", "SET")
# What MySQL does not commit by itself, while any statement that changes the schema commits what was
# before it, too: https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
ROWS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "LOAD", "CALL", "DO")

CREATE_TABLE = re.compile(r"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class LockWait:
    """A wait for a lock that a run gave up.

    Args:
        subject: what the statement locks, such as `table items`.
        seconds: the time for which the statement was retried.
        blockers: the sessions that may hold the lock.
    """

    subject: str
    seconds: float
    blockers: Sequence[Blocker]


class RunMonitor:
    """The step at work, and what it has executed; for a `with`, which ends the watching.

    Args:
        connection: the migrations' own.
        transactional: whether the database undoes a failed revision as a whole.
        heads: the revisions of the database at the start.
        is_outermost: whether each step is committed, rather than all together by env.py.
        progress: called for each step.
        continue_command: the verb that does the rest of a failed run; empty if the steps tell it.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transactional: bool,
        heads: tuple[str, ...],
        is_outermost: bool = True,
        progress: StepProgress | None = None,
        continue_command: str = "",
    ) -> None:
        self.continue_command = continue_command
        self.lock_wait: LockWait | None = None
        self.transactional = transactional
        self._commits_steps = is_outermost or not transactional
        self._progress = progress
        self.step: Any = None
        self.started_empty = not heads
        self.place = f"at {', '.join(heads)}" if heads else "before the first revision"
        self.finished_steps: list[Any] = []
        self.has_created_tables = False
        self.announce: Callable[[], None] = lambda: None
        self._ahead: list[Any] | None = None
        self._begun: list[str] = []
        self._done: list[str] = []
        self._kept = 0
        self._connection = connection
        self._listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._before,
            "after_cursor_execute": self._after,
            "commit": self._committed,
        }

    def __enter__(self) -> "RunMonitor":
        for name, listener in self._listeners.items():
            event.listen(self._connection, name, listener)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()
        for name, listener in self._listeners.items():
            event.remove(self._connection, name, listener)

    def steps(
        self, function: Callable[..., Iterable[Any]], check: Callable[[list[Any]], None]
    ) -> Callable[..., Iterator[Any]]:
        """Wrap the function that gives Alembic its steps.

        A retried run gets the remaining steps of the first run: `+2` would count again.

        Args:
            function: the one that Alembic's command made.
            check: called with all steps before the first one runs.
        """

        def watched(heads: Any, context: Any) -> Iterator[Any]:
            if self._ahead is None:
                self._ahead = list(function(heads, context))
                check(self._ahead)
            for step in list(self._ahead):
                self.step, self._begun, self._done, self._kept = step, [], [], 0
                self.announce()
                if self._progress:
                    self._progress.begin(step)
                yield step
                if self._progress:
                    self._progress.end()
                created = filter(None, map(CREATE_TABLE.match, self._done))
                self.has_created_tables |= any(each[1] not in OWN_TABLES for each in created)
                to = step.to_revisions_no_deps
                if self._commits_steps:
                    self.place = f"at {', '.join(to)}" if to else "before the first revision"
                self.finished_steps.append(self._ahead.pop(0))
            self.step = None

        return watched

    @property
    def rest(self) -> list[Any]:
        """The steps that have not ended, the failed one first."""
        return list(self._ahead or ())

    @property
    def nothing_committed(self) -> bool:
        """True if the failed step leaves the database as it was."""
        return not self._kept

    def progress(self) -> str:
        """The statements of the failed step: which stay applied and which do not."""
        lines = [f"  applied: {_short(statement)}" for statement in self._begun[: self._kept]]
        lines += [f"  not applied: {_short(statement)}" for statement in self._begun[self._kept :]]
        return "\n".join(lines)

    def _before(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._begun.append(statement)
            self._keep(connection, statement)

    def _after(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._done.append(statement)
            self._keep(connection, statement)

    def _keep(self, connection: Connection, statement: str) -> None:
        """Count statements as kept if a statement commits them, even if it fails afterwards."""
        at_once = not self.transactional and not statement.lstrip().upper().startswith(ROWS)
        if at_once or connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            self._kept = len(self._done)

    def _committed(self, _connection: Any) -> None:
        self._kept = len(self._done)


def _short(statement: str) -> str:
    return " ".join(statement.split())[:200]
