"""SQLite: copied page by page with its online backup, while the application goes on.

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
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.process.progress import progress_bar

SUFFIX = ".db"
PAGES = 2048
"""Pages of a step, 8 MB as a rule: nobody else writes within a step."""
RESTARTS = 3
BUSY_SECONDS = 15.0


def dump(connection: Connection, url: DatabaseURL, path: Path) -> None:
    """Copy a database into a file.

    Raises:
        StrataError: SQLite cannot, or the database is locked all the time.
    """
    source = _driver(connection)
    restarts, last = 0, -1

    def hold_still(remaining: int) -> None:
        """Begin to read, so that nobody writes, where writes made the copy start anew too often."""
        nonlocal restarts, last
        restarts += remaining >= last >= 0
        last = remaining
        if restarts >= RESTARTS and not source.in_transaction:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()

    try:
        with closing(sqlite3.connect(path)) as target:
            _copy(source, target, "Backup", hold_still)
            # A copy in WAL mode could not be read where its folder is closed to writing.
            target.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, TimeoutError) as error:
        raise DatabaseUnavailable(f"The backup of {url} failed: {error}.") from error
    finally:
        source.rollback()


def check(path: Path) -> None:
    """See whether a file is a whole database.

    Raises:
        StrataError: it is not.
    """
    try:
        with closing(_opened(path)) as source:
            found = source.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise files.damaged_error(path, str(error)) from error
    if found != "ok":
        raise files.damaged_error(path, found)


def load(connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
    """Make a database a copy of a file, in one transaction.

    Raises:
        StrataError: it is in use all the time, or SQLite cannot write it; nothing has changed then.
    """
    try:
        with closing(_opened(path)) as source:
            _copy(source, _driver(connection), "Restore", lambda remaining: None)
    except (sqlite3.Error, TimeoutError) as error:
        raise StrataError(
            f"{path} was not restored into {url}: {error}.",
            detail="Nothing has changed: the database holds what it held.",
            hint="Stop what uses the database, then run the command again.",
        ) from error


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    title: str,
    after_step: Callable[[int], None],
) -> None:
    moved = time.monotonic()
    with progress_bar(title, unit=" pages") as bar:

        def stepped(status: int, remaining: int, total: int) -> None:
            nonlocal moved
            if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                moved = time.monotonic()
                bar.total = total
                bar.update(total - remaining - bar.n)
                after_step(remaining)
            # Python would try for ever.
            elif time.monotonic() - moved > BUSY_SECONDS:
                raise TimeoutError("another connection keeps it locked")

        source.backup(target, pages=PAGES, progress=stepped)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
