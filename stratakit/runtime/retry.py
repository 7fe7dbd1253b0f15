"""Lock timeouts and retries: a migration gives up soon and tries again.

Queries queue behind a statement that waits for a lock. So the statement is cancelled after the lock
timeout, and retried after a pause: as a whole transaction, or alone if the database commits each
statement. `timeouts` has what differs between the databases.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from stratakit import locking
from stratakit.config import Backend
from stratakit.engine.errors import driver_error
from stratakit.locking import MigrationLock
from stratakit.locking.policy import WaitPolicy
from stratakit.runtime.monitor import LockWait, RunMonitor
from stratakit.runtime.timeouts import TIMEOUTS, SessionTimeouts
from stratakit.sql.parser import parse

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0


def backoff_seconds(attempt: int) -> float:
    """Return the seconds to wait before a retry: growing, and random.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter".

    Args:
        attempt: the number of attempts so far, from 1.
    """
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempt, 16))
    return random.uniform(FIRST_PAUSE_SECONDS / 2, longest)


logger = logging.getLogger(__name__)


@dataclass
class Attempts:
    """The attempts at one step, which may last over several runs of env.py.

    Args:
        subject: the revision or the statement that failed.
        since: the time of its first failure, by the monotonic clock.
        count: the number of attempts.
    """

    subject: object = None
    since: float = 0.0
    count: int = 0

    def add(self, subject: object) -> None:
        """Count an attempt, the first one if the subject is another."""
        if subject != self.subject:
            self.subject, self.since, self.count = subject, time.monotonic(), 0
        self.count += 1


class RetryingRun:
    """A run of migrations on the connection that holds the lock.

    Args:
        connection: the migrations' own.
        kind: the timeouts of this kind of database, which `waiting_session` yields.
        lock: held.
        monitor: what the run is doing.
        attempts: those before.
    """

    def __init__(
        self,
        connection: Connection,
        kind: SessionTimeouts,
        lock: MigrationLock,
        monitor: RunMonitor,
        attempts: Attempts,
    ) -> None:
        self.connection = connection
        self._kind = kind
        self._lock = lock
        self._monitor = monitor
        self._attempts = attempts

    def begin(self, connection: Connection) -> None:
        """Begin a transaction: the fence, then its timeouts."""
        locking.require_held(self._lock)
        self._prepare()

    def announce(self) -> None:
        """Begin a step, for which Alembic may use a transaction that it has read in before."""
        if self.connection.in_transaction():
            self._prepare()

    def _prepare(self) -> None:
        revision = getattr(self._monitor.step, "revision", None)
        if revision is not None:
            self._lock.publish_status(f"at {revision.revision}")
            self._kind.begin(getattr(revision.module, "phase", None))

    def execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        """Execute a statement that is committed at once, and retry it after a lock timeout."""
        if context.root_connection is not self.connection or not self._kind.is_retryable(statement):
            return None
        while True:
            try:
                context.dialect.do_execute(cursor, statement, parameters, context)
                return True
            except Exception as error:
                if not self._kind.is_lock_error(error, statement) or not self._pause(
                    statement, statement
                ):
                    raise

    def wait_before_retry(self, error: Exception) -> bool:
        """Return whether to retry the failed revision, after a pause.

        Args:
            error: the error of the revision, whose transaction is rolled back.
        """
        cause, statement = driver_error(error), getattr(error, "statement", None) or ""
        if self._monitor.lock_wait or cause is None or not self._monitor.nothing_committed:
            return False
        if not self._kind.is_lock_error(cause, statement):
            return False
        if self.connection.in_transaction():
            self.connection.rollback()
        revision = getattr(self._monitor.step, "revision", None)
        return self._pause(getattr(revision, "revision", None), statement)

    def stale_indexes(self, error: Exception) -> list[str]:
        """Return the objects that a failed statement leaves behind although it was rolled back.

        Args:
            error: the error of the revision, whose transaction is rolled back.
        """
        if not isinstance(error, DBAPIError) or error.connection_invalidated:
            return []
        return self._kind.leftover_indexes(error.statement or "")

    def _pause(self, what: object, statement: str) -> bool:
        self._attempts.add(what)
        name = getattr(getattr(self._monitor.step, "revision", None), "revision", "?")
        subject = _subject(statement)
        blockers = self._kind.blockers(statement)
        for holder in [each.description for each in blockers] or ["its holder has just ended"]:
            logger.warning("Revision %s waits for a lock on %s: %s", name, subject, holder)
        pause = backoff_seconds(self._attempts.count)
        seconds = self._kind.policy.retry_seconds
        if time.monotonic() + pause - self._attempts.since > seconds:
            self._monitor.lock_wait = LockWait(subject, seconds, blockers)
            return False
        time.sleep(pause)
        return True


def _subject(statement: str) -> str:
    """Return the table that a statement locks, in words."""
    table = next((action.table for action in parse(statement) if action.table), "")
    return f"table {table}" if table else "a table in use"


@contextmanager
def waiting_session(
    connection: Connection, backend: Backend, policy: WaitPolicy, *, is_outermost: bool
) -> Iterator[SessionTimeouts]:
    """Set the timeouts of a session before anything is read by it, and reset them afterwards.

    Args:
        connection: the migrations' own.
        backend: the kind of database.
        policy: how long to wait.
        is_outermost: whether a transaction that is open afterwards is not env.py's to commit.

    Yields:
        The timeouts of this kind of database.
    """
    kind = TIMEOUTS[backend](connection, policy)
    kind.start()
    has_failed = True
    try:
        yield kind
        has_failed = False
    finally:
        if not connection.closed and not connection.invalidated:
            if is_outermost and connection.in_transaction():
                connection.rollback()
            try:
                kind.end()
            except Exception:
                # In a transaction of env.py that has failed, nothing can be executed.
                if not has_failed:
                    raise


@contextmanager
def retrying_run(
    connection: Connection,
    kind: SessionTimeouts,
    lock: MigrationLock,
    monitor: RunMonitor,
    attempts: Attempts,
) -> Iterator[RetryingRun]:
    """Bound the waits of each transaction of a run; the arguments are those of `RetryingRun`."""
    run = RetryingRun(connection, kind, lock, monitor, attempts)
    listeners: list[tuple[Connection | Engine, str, Callable[..., Any]]] = [
        (connection, "begin", run.begin),
        (connection, "before_cursor_execute", kind.before),
        (connection, "after_cursor_execute", kind.after),
        (connection.engine, "do_execute", run.execute),
    ]
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    monitor.announce = run.announce
    try:
        yield run
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)
