"""A database in a file, and back: each kind of database has its own file here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from stratakit import locking
from stratakit.backup import files
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.connect import connect
from stratakit.engine.errors import unreachable_error
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import position


def create(
    config: Config, url: DatabaseURL, folder: Path | None = None, *, locked: bool = False
) -> Path:
    """Write a backup of a database.

    No migration runs meanwhile: the revision in the file's name would be wrong, and a dump of
    MySQL's too (https://dev.mysql.com/doc/refman/8.4/en/mysqldump.html, --single-transaction).

    Args:
        config: the service.
        url: the database.
        folder: where to; by default the service's `backups`. Made, closed to others, if missing.
        locked: whether the caller holds the migration lock of this database already.

    Returns:
        The file, named by database, revision and time (UTC): whole, and read back once.

    Raises:
        StrataError: there is no such database, no program for it, no space, or no lock to be had.
    """
    kind = _kind(url)
    if url.backend == "sqlite" and not Path(url.url.database or "").is_file():
        raise DatabaseUnavailable(
            f"There is no file {url.url.database} to back up.",
            hint=f"Make the database: {MIGRATE} upgrade",
        )
    try:
        with (
            _exclusive_connection(url, locked=locked) as connection,
            files.unfinished_file(folder or files.backup_folder(config.root)) as path,
        ):
            name = files.name(url, position.current_heads(connection))
            kind.dump(connection, url, path)
            kind.check(path)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            return path.rename(files.free_path(path.parent, name, kind.SUFFIX))
    except OSError as error:
        raise DatabaseUnavailable(
            f"The backup of {url} cannot be written: {error}.",
            hint=f"Choose another folder: {MIGRATE} backup --to FOLDER",
        ) from error


def check(url: DatabaseURL, path: Path) -> None:
    """See whether a file is a whole backup of this kind of database.

    Args:
        url: the database that it would be restored into.
        path: the file.

    Raises:
        StrataError: it is not there, cannot be read, is of another kind or is damaged.
    """
    files.refuse_another_kind(path, url)
    _kind(url).check(path)


def restore(url: DatabaseURL, path: Path, *, roles: bool = True) -> None:
    """Replace all that a database holds by a backup, which `check` has found to be one.

    Args:
        url: the database.
        path: the backup.
        roles: whether owners and grants (PostgreSQL) or definers (MySQL) are restored too.

    Raises:
        StrataError: it failed; what the database holds now is part of it.
    """
    with _exclusive_connection(url) as connection:
        _kind(url).load(connection, url, path, roles=roles)


@contextmanager
def _exclusive_connection(url: DatabaseURL, *, locked: bool = False) -> Iterator[Connection]:
    """A connection outside of any transaction, while no migration runs.

    To look at an SQLite database a transaction of migrations would wait for all who write.
    """
    with connect(url) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with nullcontext() if locked else locking.migration_lock(connection, url.backend):
                yield connection
        except OperationalError as error:
            raise unreachable_error(url, error) from error


class _Programs(Protocol):
    """A module that backs up and restores one kind of database."""

    SUFFIX: str

    def dump(self, connection: Connection, url: DatabaseURL, path: Path) -> None:
        """Dump a database into a file."""

    def check(self, path: Path) -> None:
        """See whether a file is a whole backup."""

    def load(self, connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
        """Replace all that a database holds."""


def _kind(url: DatabaseURL) -> _Programs:
    """Import what is for one kind of database: the drivers of the others may not be installed."""
    if url.backend == "postgresql":
        from stratakit.backup import postgresql

        return postgresql
    if url.backend == "mysql":
        from stratakit.backup import mysql

        return mysql
    from stratakit.backup import sqlite

    return sqlite
