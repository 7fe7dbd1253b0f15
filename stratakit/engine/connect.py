"""The connection of a command, and the errors of a database that cannot be reached."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from stratakit.diagnostics.command import install_extra
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.errors import driver_classes, unreachable_error
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import MIGRATION_DRIVERS, DatabaseURL


@contextmanager
def connect(url: DatabaseURL, *, read_only: bool = False) -> Iterator[Connection]:
    """Connect to a database as migrations do.

    Args:
        url: the database.
        read_only: whether nothing is written, so that on SQLite no writer is waited for and no
            file is created.

    Raises:
        StrataError: it cannot be reached (exit status 3), or its driver is not installed.
    """
    if read_only and url.is_missing_file:
        # SQLite would create the file: an empty database in memory reads the same.
        url = url.with_name("")
    try:
        connection = migration_engine(url, read_only=read_only).connect()
    except ModuleNotFoundError as error:
        raise DatabaseUnavailable(
            f"The driver for {url} is not installed: {error}.",
            detail="A synchronous driver connects to scratch databases: "
            f"{' or '.join(MIGRATION_DRIVERS[url.backend].values())}.",
            hint=install_extra(url.backend),
        ) from error
    except Exception as error:
        if "OperationalError" not in driver_classes(error):
            raise
        raise unreachable_error(url, error) from error
    with connection:
        yield connection
