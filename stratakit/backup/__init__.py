"""Backups of a database in files, and restoring them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from stratakit import locking
from stratakit.backup import files
from stratakit.backup.base import BackupFormat
from stratakit.backup.mysql import MySQLBackup
from stratakit.backup.postgresql import PostgreSQLBackup
from stratakit.backup.sqlite import SQLiteBackup
from stratakit.config import Backend, Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.connect import connect
from stratakit.engine.errors import unreachable_error
from stratakit.engine.url import DatabaseURL

FORMATS: dict[Backend, BackupFormat] = {
    "postgresql": PostgreSQLBackup(),
    "mysql": MySQLBackup(),
    "sqlite": SQLiteBackup(),
}


def create(
    config: Config, url: DatabaseURL, folder: Path | None = None, *, has_lock: bool = False
) -> Path:
    """Write a backup of a database.

    No migration runs meanwhile: the revision in the file's name would be wrong, and a dump of
    MySQL's too (https://dev.mysql.com/doc/refman/8.4/en/mysqldump.html, --single-transaction).

    Args:
        config: the project's.
        url: the database.
        folder: the folder of the file, created for this user alone if it is missing; by default
            `backups` in the project.
        has_lock: whether the caller holds the migration lock of this database already.

    Returns:
        The file, named by database, revision and time (UTC). It was read back once.

    Raises:
        StrataError: there is no such database, no program for it, no space, or the lock is held.
    """
    backup = FORMATS[url.backend]
    if url.backend == "sqlite" and not Path(url.url.database or "").is_file():
        raise DatabaseUnavailable(
            f"There is no file {url.url.database} to back up.",
            hint=f"Create the database: {MIGRATE} upgrade",
        )
    try:
        with (
            _exclusive_connection(url, has_lock=has_lock) as connection,
            files.unfinished_file(folder or files.backup_folder(config.root)) as path,
        ):
            heads = MigrationContext.configure(connection).get_current_heads()
            name = files.backup_name(url, heads)
            backup.dump(connection, url, path)
            backup.check(path)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            return path.rename(files.unused_path(path.parent, name, backup.suffix))
    except OSError as error:
        raise DatabaseUnavailable(
            f"The backup of {url} cannot be written: {error}.",
            hint=f"Choose another folder: {MIGRATE} backup --to FOLDER",
        ) from error


def check(url: DatabaseURL, path: Path) -> None:
    """Refuse a file that is no complete backup of this kind of database.

    Args:
        url: the database that it would be restored into.
        path: the file.

    Raises:
        StrataError: the file is missing, of another kind or damaged.
    """
    files.refuse_another_kind(path, url)
    FORMATS[url.backend].check(path)


def restore(url: DatabaseURL, path: Path, *, roles: bool = True) -> None:
    """Replace the contents of a database by a backup that `check` has accepted.

    Args:
        url: the database.
        path: the backup.
        roles: whether owners and grants (PostgreSQL) or definers (MySQL) are restored too.

    Raises:
        StrataError: it failed; the error names the state of the database.
    """
    with _exclusive_connection(url) as connection:
        FORMATS[url.backend].load(connection, url, path, roles=roles)


@contextmanager
def _exclusive_connection(url: DatabaseURL, *, has_lock: bool = False) -> Iterator[Connection]:
    """Connect outside of any transaction, while no migration runs.

    On SQLite, a transaction of migrations would wait for all writers.
    """
    with connect(url) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with nullcontext() if has_lock else locking.migration_lock(connection, url.backend):
                yield connection
        except OperationalError as error:
            raise unreachable_error(url, error) from error
