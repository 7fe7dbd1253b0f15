"""The migration lock: one process migrates a database, the others wait and find nothing to do."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.locking.base import MigrationLock, Scope
from stratakit.locking.mysql import MySQLLock
from stratakit.locking.policy import WaitPolicy
from stratakit.locking.postgresql import PostgreSQLLock
from stratakit.locking.sqlite import SQLiteLock

__all__ = ["MigrationLock", "Scope", "migration_lock", "release_on_return", "require_held"]

POLL_SECONDS = 0.1
WHOLE_DATABASE = Scope(is_whole=True)
LOCKS: dict[Backend, type[MigrationLock]] = {
    "postgresql": PostgreSQLLock,
    "mysql": MySQLLock,
    "sqlite": SQLiteLock,
}

logger = logging.getLogger(__name__)


@contextmanager
def migration_lock(
    connection: Connection,
    backend: Backend,
    *,
    wait: float | None = None,
    scope: Scope = WHOLE_DATABASE,
) -> Iterator[MigrationLock]:
    """Hold the migration lock of a database.

    Args:
        connection: the migrations' own; no transaction is left open on it.
        backend: the kind of database.
        wait: seconds to wait for another migrator.
        scope: what is locked; by default the whole database, as a backup needs it.

    Raises:
        StrataError: another migrator held the lock all the time (exit status 3), or the connection
            goes through a pooler, with which a lock of the session means nothing.
    """
    wait = WaitPolicy().wait_seconds if wait is None else wait
    lock = LOCKS[backend](connection, scope)
    name = scope.backfill
    work = f"run of the backfill {name}" if name else "migration of this database"
    started = time.monotonic()
    has_warned = False
    while not lock.try_acquire():
        if time.monotonic() - started > wait:
            raise DatabaseUnavailable(
                f"Another {work} did not end in {wait:g} s: {lock.describe_holder()}.",
                detail="Two at the same time would do the same work twice.",
                hint="Wait for it, or end it; then run the command again. "
                "MIGRATION_WAIT_SECONDS sets the time.",
            )
        if not has_warned:
            logger.warning("Waiting for another %s: %s.", work, lock.describe_holder())
            has_warned = True
        time.sleep(POLL_SECONDS)
    try:
        yield lock
    finally:
        lock.release()


@contextmanager
def release_on_return(connection: Connection, lock: MigrationLock) -> Iterator[None]:
    """Release a lock when its connection goes back to a pool, where the session would keep it.

    Args:
        connection: the migrations' own, which env.py closes.
        lock: held by its session.
    """
    driver = connection.connection.dbapi_connection

    def release(dbapi_connection: DBAPIConnection | None, _record: object) -> None:
        if dbapi_connection is driver and dbapi_connection is not None and lock.release_statement:
            with closing(dbapi_connection.cursor()) as cursor:
                cursor.execute(lock.release_statement)
            dbapi_connection.rollback()

    event.listen(connection.engine, "checkin", release)
    try:
        yield
    finally:
        event.remove(connection.engine, "checkin", release)


def require_held(lock: MigrationLock) -> None:
    """Raise a StrataError if this session no longer holds the lock."""
    if not lock.is_held():
        raise DatabaseUnavailable(
            "The migration lock is not held by this session any more.",
            detail="Another process may be migrating. This transaction was not executed.",
            hint="If there is a pooler, set MIGRATION_DATABASE_URL to the database itself. "
            "Otherwise a revision released all advisory locks: remove that. "
            f"Then: {MIGRATE} upgrade",
        )
