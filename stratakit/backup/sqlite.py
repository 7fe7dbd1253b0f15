"""Backups of SQLite, copied page by page with its online backup while the application runs.

https://sqlite.org/backup.html
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from stratakit.backup import files
from stratakit.backup.base import BackupFormat
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.process.progress import progress_bar

PAGES = 2048
"""Pages of a step, usually 8 MB; no other connection can write during a step."""
RESTARTS = 3
BUSY_SECONDS = 15.0


class SQLiteBackup(BackupFormat):
    """A copy of the database file."""

    suffix = ".db"

    def dump(self, connection: Connection, url: DatabaseURL, path: Path) -> None:
        """Copy a database into a file."""
        source = _driver_connection(connection)
        restarts, previous = 0, -1

        def hold_still(remaining: int) -> None:
            """Block writes with a read transaction, if they restarted the copy too often."""
            nonlocal restarts, previous
            restarts += remaining >= previous >= 0
            previous = remaining
            if restarts >= RESTARTS and not source.in_transaction:
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()

        try:
            with closing(sqlite3.connect(path)) as target:
                _copy(source, target, "Backup", hold_still)
                # A copy in WAL mode cannot be read in a read-only folder.
                target.execute("PRAGMA journal_mode = DELETE")
        except (sqlite3.Error, TimeoutError) as error:
            raise DatabaseUnavailable(f"The backup of {url} failed: {error}.") from error
        finally:
            source.rollback()

    def check(self, path: Path) -> None:
        """Read a file to its end, to see whether it is a complete database."""
        try:
            with closing(_open(path)) as source:
                result = source.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            raise files.damaged_error(path, str(error)) from error
        if result != "ok":
            raise files.damaged_error(path, result)

    def load(self, connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
        """Replace the contents of a database in one transaction, which an error undoes."""
        try:
            with closing(_open(path)) as source:
                _copy(source, _driver_connection(connection), "Restore", lambda remaining: None)
        except (sqlite3.Error, TimeoutError) as error:
            raise StrataError(
                f"{path} was not restored into {url}: {error}.",
                detail="The database was not changed.",
                hint="Stop the programs that use the database, then run the command again.",
            ) from error


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    title: str,
    after_step: Callable[[int], None],
) -> None:
    progressed_at = time.monotonic()
    with progress_bar(title, unit=" pages") as bar:

        def stepped(status: int, remaining: int, total: int) -> None:
            nonlocal progressed_at
            if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                progressed_at = time.monotonic()
                bar.total = total
                bar.update(total - remaining - bar.n)
                after_step(remaining)
            # Python would try for ever.
            elif time.monotonic() - progressed_at > BUSY_SECONDS:
                raise TimeoutError("another connection keeps it locked")

        source.backup(target, pages=PAGES, progress=stepped)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)


def _driver_connection(connection: Connection) -> Any:
    return connection.connection.driver_connection
