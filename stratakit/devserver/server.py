"""A PostgreSQL server in a folder of its own, with a Unix socket there and no port."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stratakit.devserver.account import account_for
from stratakit.devserver.cluster import discard, initialize, programs_for
from stratakit.devserver.postmaster import Postmaster
from stratakit.devserver.unix_socket import PORT, socket_folder
from stratakit.diagnostics.command import MIGRATE, install_extra
from stratakit.diagnostics.errors import DatabaseUnavailable, UsageError
from stratakit.process import file_lock

SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server whose data, log and socket are in one folder, closed to other users.

    It outlives the process that starts it, and any later process can use it.

    Args:
        folder: its folder, which it creates inside a folder of the project (`.local`).
        durable: whether its data survive a power cut. If not, a database is dropped and a server
            stopped up to ten times as fast, which suits databases for one test.
    """

    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data folder, which only PostgreSQL changes."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's output since its last start."""
        return self.folder / "server.log"

    @property
    def is_running(self) -> bool:
        """True if a server listens at the socket."""
        return self._postmaster.pid is not None

    def url(self, database: str) -> str:
        """The URL of a database on this server, as libpq and psycopg take it."""
        host = quote(str(socket_folder(self.folder)), safe="")
        return f"postgresql://postgres@/{quote(database, safe='')}?host={host}&port={PORT}"

    def start(self) -> None:
        """Create what is missing, start the server unless it runs, and wait until it is ready.

        Raises:
            StrataError: there are no programs for it, or it does not start.
        """
        _driver()  # before anything is created that could not be used
        with self._exclusive():
            if not self._postmaster.wait_until_ready():
                self.folder.mkdir(mode=0o700, exist_ok=True)
                self.folder.chmod(0o700)
                account = account_for(self.data if self.data.exists() else self.folder.parent)
                account.take_ownership(self.folder)
                programs = programs_for(self.data)
                if not self.data.exists():
                    initialize(self.data, programs, account)
                sockets = self._postmaster.sockets
                sockets.mkdir(mode=0o700, exist_ok=True)
                # Checked again before it is trusted: another user may have created it just now.
                sockets = socket_folder(self.folder)
                account.take_ownership(sockets)
                self._postmaster.start(programs, account)

    def stop(self) -> None:
        """Stop the server and its clients' sessions, if it runs.

        Raises:
            StrataError: it continues regardless, or runs in another container.
        """
        if self.folder.exists():
            with self._exclusive():
                self._postmaster.stop()

    def count_sessions(self) -> int:
        """Return the number of clients' sessions; 0 if the server does not run or answer."""
        if not self.is_running:
            return 0
        try:
            with self._connect() as connection, closing(connection.cursor()) as cursor:
                cursor.execute(SESSIONS)
                return int(cursor.fetchone()[0])
        except Exception:
            # A server that cannot be asked can still be stopped.
            return 0

    def remove(self) -> None:
        """Stop the server, and delete it with all its databases.

        Raises:
            StrataError: as `stop`.
        """
        if self.folder.exists():
            with self._exclusive():
                self._postmaster.stop()
                if self.data.exists():
                    discard(self.data)
                for folder in {self._postmaster.sockets, self.folder}:
                    if folder.exists():
                        shutil.rmtree(folder)

    def create_database(self, name: str) -> None:
        """Create a database, unless it exists.

        Raises:
            Error: of the driver: it cannot be created.
            StrataError: the server does not run.
        """
        with self._connect() as connection:
            if not _has_database(connection, name):
                try:
                    _execute(connection, "CREATE DATABASE {}", name)
                except _driver().Error:
                    # Another process may have created it just now.
                    if not _has_database(connection, name):
                        raise

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        if not self.is_running:
            raise DatabaseUnavailable(
                f"The local PostgreSQL in {self.folder} does not run.",
                hint=f"Run: {MIGRATE} server start",
            )
        connection = _driver().connect(self.url("postgres"))
        connection.autocommit = True
        with closing(connection):
            yield connection

    @property
    def _postmaster(self) -> Postmaster:
        return Postmaster(self.data, socket_folder(self.folder), self.log, self.durable)

    def _exclusive(self) -> AbstractContextManager[None]:
        """Hold the lock that lets one process at a time start, stop or remove the server."""
        for folder in (self.folder.parent, self.folder):
            if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise DatabaseUnavailable(
                    f"{folder} is closed to this user: it belongs to user {folder.stat().st_uid}.",
                    detail="The local database is started by the user who created it, or by root.",
                    hint=f"Run: sudo chown -R $(id -u):$(id -g) {self.folder.parent}",
                )
        return file_lock.exclusive(self.folder.with_name(f"{self.folder.name}.lock"))


def _driver() -> Any:
    """Import the driver of PostgreSQL that is installed; both have the same functions."""
    for name in ("psycopg", "psycopg2"):
        if find_spec(name):
            import_module(f"{name}.sql")
            return import_module(name)
    raise UsageError(
        "Neither psycopg nor psycopg2, which connect to PostgreSQL, is installed.",
        hint=install_extra("postgresql"),
    )


def _execute(connection: Any, statement: str, *names: str) -> None:
    sql = _driver().sql
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _has_database(connection: Any, name: str) -> bool:
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def local_server(root: Path) -> Server:
    """Return the server of a project.

    Args:
        root: the project's folder, or one that links to its `.local`.
    """
    return Server((root / ".local").resolve() / "postgresql")
