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

from sqlalchemy import Connection

from strata.config import Family
from strata.errors import Problem

POLL_SECONDS = 0.1
WAIT_SECONDS = 600.0

logger = logging.getLogger(__name__)


@contextmanager
def held(connection: Connection, family: Family, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the migration lock of a database.

    Args:
        connection: the migrations' own; no transaction is left open on it.
        family: the kind of database.
        wait: seconds to wait for another migrator.

    Raises:
        Problem: another migrator held the lock all the time (exit status 3).
    """
    lock = import_module(f"strata.locks.{family}").Lock(connection)
    started = time.monotonic()
    told = False
    while not lock.take():
        if time.monotonic() - started > wait:
            raise Problem(
                f"Another migration of this database did not end in {wait:g} s: {lock.holder()}.",
                why="Two at work would each apply the same revisions.",
                remedy="Wait for it, or end it; then run the command again.",
                status=3,
            )
        if not told:
            logger.warning("Waiting for another migration of this database: %s.", lock.holder())
            told = True
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()
