"""A PostgreSQL server in a folder of its own, reached through a socket there and without a port."""

import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stratakit.devserver.account import account_for
from stratakit.devserver.cluster import discard, initialise, programs_for
from stratakit.devserver.postmaster import Postmaster
from stratakit.devserver.unix_socket import PORT, socket_folder
from stratakit.diagnostics.command import MIGRATE, install_extra
from stratakit.diagnostics.errors import DatabaseUnavailable, UsageError
from stratakit.process import file_lock


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server whose data, log and socket are in one folder, closed to other users.

    It belongs to no process: whoever starts it may end, and whoever comes next finds it.

    Args:
        folder: where it is or will be, by itself in a folder of the service (`.local`).
        durable: whether its data outlive a power cut. Without that a database is dropped, and a
            server stopped, up to ten times as fast, which suits databases that live for a test.
    """

    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data folder, which PostgreSQL alone writes to."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server wrote since its last start."""
        return self.folder / "server.log"

    @property
    def running(self) -> bool:
        """Whether a server listens at the socket."""
        return self._postmaster.pid is not None

    def url(self, database: str) -> str:
        """The URL of a database on this server, as libpq and psycopg take it."""
        host = quote(str(socket_folder(self.folder)), safe="")
        return f"postgresql://postgres@/{quote(database, safe='')}?host={host}&port={PORT}"

    def start(self) -> None:
        """Make what is missing, start the server unless it runs, and wait until it answers.

        Raises:
            StrataError: there are no programs for it, or it does not come up.
        """
        _psycopg()  # before anything is made that could not be used
        with self._alone():
            if not self._postmaster.answers():
                self.folder.mkdir(mode=0o700, exist_ok=True)
                self.folder.chmod(0o700)
                account = account_for(self.data if self.data.exists() else self.folder.parent)
                account.own(self.folder)
                programs = programs_for(self.data)
                if not self.data.exists():
                    initialise(self.data, programs, account)
                sockets = self._postmaster.sockets
                sockets.mkdir(mode=0o700, exist_ok=True)
                # Asked again before it is trusted: someone else may have made it just now.
                sockets = socket_folder(self.folder)
                account.own(sockets)
                self._postmaster.start(programs, account)

    def stop(self) -> None:
        """End the server and its clients' sessions; nothing where it does not run.

        Raises:
            StrataError: it goes on all the same, or runs in another container.
        """
        if self.folder.exists():
            with self._alone():
                self._postmaster.stop()

    def remove(self) -> None:
        """End the server and delete it with all its databases.

        Raises:
            StrataError: as `stop`.
        """
        if self.folder.exists():
            with self._alone():
                self._postmaster.stop()
                if self.data.exists():
                    discard(self.data)
                for folder in {self._postmaster.sockets, self.folder}:
                    if folder.exists():
                        shutil.rmtree(folder)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database, unless it is there.

        Args:
            name: the database.
            template: a database that nobody is connected to, to copy; an existing one of the
                new name is an error then, since it may hold something else.

        Raises:
            psycopg.Error: it is there (with a template), or cannot be made.
            StrataError: the server does not run.
        """
        with self._connected() as connection:
            if template is not None:
                _execute(connection, "CREATE DATABASE {} TEMPLATE {}", name, template)
            elif not _has(connection, name):
                try:
                    _execute(connection, "CREATE DATABASE {}", name)
                except _psycopg().Error:
                    # Someone else may have made it just now.
                    if not _has(connection, name):
                        raise

    def drop_database(self, name: str) -> None:
        """Delete a database where it is there, and end the sessions that use it.

        Raises:
            StrataError: the server does not run.
        """
        with self._connected() as connection:
            _execute(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _connected(self) -> Any:
        if not self.running:
            raise DatabaseUnavailable(
                f"The local PostgreSQL in {self.folder} does not run.",
                hint=f"Run: {MIGRATE} server start",
            )
        return _psycopg().connect(self.url("postgres"), autocommit=True)

    @property
    def _postmaster(self) -> Postmaster:
        return Postmaster(self.data, socket_folder(self.folder), self.log, self.durable)

    def _alone(self) -> AbstractContextManager[None]:
        """One process at a time starts, stops or removes the server."""
        for folder in (self.folder.parent, self.folder):
            if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise DatabaseUnavailable(
                    f"{folder} is closed to this user: it belongs to user {folder.stat().st_uid}.",
                    detail="The local database is started by the user who made it, or by root.",
                    hint=f"Run: sudo chown -R $(id -u):$(id -g) {self.folder.parent}",
                )
        return file_lock.exclusive(self.folder.with_name(f"{self.folder.name}.lock"))


def _psycopg() -> Any:
    """A service on another database imports this module without having it."""
    try:
        import psycopg
    except ModuleNotFoundError as error:
        raise UsageError(
            f"psycopg, which speaks to PostgreSQL, is not installed: {error}.",
            hint=install_extra("postgresql"),
        ) from error
    return psycopg


def _execute(connection: Any, statement: str, *names: str) -> None:
    sql = _psycopg().sql
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _has(connection: Any, name: str) -> bool:
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def local(root: Path) -> Server:
    """The server of a service.

    Args:
        root: the service's folder, or one that links to its `.local`.
    """
    return Server((root / ".local").resolve() / "postgresql")
