"""One migrator at a time: who comes second waits, then finds nothing left to do.

Each database has its own file with a `Lock` that tries once. Trying instead of waiting inside the
database leaves no snapshot open, for which the first migrator's CREATE INDEX CONCURRENTLY would
wait in turn.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol

from sqlalchemy import Connection

from stratakit.config import Family
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.locking.policy import Patience

POLL_SECONDS = 0.1

logger = logging.getLogger(__name__)


class Lock(Protocol):
    """The lock on the migrations' own connection, or beside it."""

    def take(self) -> bool:
        """Try once."""

    def holder(self) -> str:
        """Who holds it: host, process, since when, at work on which revision."""

    def tell(self, work: str) -> None:
        """Let those who wait know what this one is at; called within a transaction."""

    def kept(self) -> bool:
        """The fence: whether it is held by this very session; called within a transaction."""

    def release(self) -> None:
        """Give it back; a connection that is gone has done so already."""


@contextmanager
def held(connection: Connection, family: Family, *, wait: float | None = None) -> Iterator[Lock]:
    """Hold the migration lock of a database.

    Args:
        connection: the migrations' own; no transaction is left open on it.
        family: the kind of database.
        wait: seconds to wait for another migrator.

    Raises:
        StrataError: another migrator held the lock all the time (exit status 3), or the connection
            goes through a pooler, where a lock of the session means nothing.
    """
    wait = Patience().wait_seconds if wait is None else wait
    lock: Lock = import_module(f"stratakit.locking.{family}").Lock(connection)
    started = time.monotonic()
    told = False
    while not lock.take():
        if time.monotonic() - started > wait:
            raise StrataError(
                f"Another migration of this database did not end in {wait:g} s: {lock.holder()}.",
                why="Two at work would each apply the same revisions.",
                remedy="Wait for it, or end it; then run the command again. How long to wait: "
                "MIGRATION_WAIT_SECONDS.",
                status=3,
            )
        if not told:
            logger.warning("Waiting for another migration of this database: %s.", lock.holder())
            told = True
        time.sleep(POLL_SECONDS)
    try:
        yield lock
    finally:
        lock.release()


def require(lock: Lock) -> None:
    """Raise a StrataError where the lock is not this session's any more."""
    if not lock.kept():
        raise StrataError(
            "The migration lock is not held by this session any more.",
            why="Another migrator may be at work. Nothing of this transaction was done.",
            remedy="If a pooler stands between, name the database itself in "
            "MIGRATION_DATABASE_URL. Else a revision gave all advisory locks back: take that out. "
            f"Then: {MIGRATE} upgrade",
            status=3,
        )
