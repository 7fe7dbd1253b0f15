"""One connection for one command, and a clear word where there is none to be had."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from strata.engines import migration_engine
from strata.errors import Problem
from strata.urls import DatabaseURL


@contextmanager
def connected(url: DatabaseURL, *, reading: bool = False) -> Iterator[Connection]:
    """Connect to a database as migrations do.

    Args:
        url: the database.
        reading: whether nothing is written, so that on SQLite no writer is waited for.

    Raises:
        Problem: it cannot be reached (exit status 3), or its driver is not installed.
    """
    try:
        connection = migration_engine(url, reading=reading).connect()
    except OperationalError as error:
        raise unreachable(url, error) from error
    except ModuleNotFoundError as error:
        raise Problem(
            f"The driver for {url} is not installed: {error}.",
            remedy="Install what is needed: python scripts/migrate.py check tells it",
            status=3,
        ) from error
    with connection:
        yield connection


def unreachable(url: DatabaseURL, error: DBAPIError) -> Problem:
    """Say that a database cannot be reached, with what the driver says of it."""
    reason = str(error.orig).strip().partition("\n")[0]
    remedy = "Name one that answers: DATABASE_URL in the environment or in .env"
    if os.environ.get("TEST_DATABASE_URL"):
        remedy += "; for scratch databases, TEST_DATABASE_URL"
    if url.family == "postgresql":
        remedy = f"Start the local one: python -m strata.server start\n{remedy}"
    return Problem(
        f"The database {url} cannot be reached: {reason}",
        why="Nothing was read or changed.",
        remedy=remedy,
        status=3,
    )
