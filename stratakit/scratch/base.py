"""The scratch databases of one kind, whatever the database."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.scratch import names


class ScratchDatabases(ABC):
    """The scratch databases of a project on one kind of database.

    Args:
        config: the project's.
        server: the server on which they are created; None for a local one.
    """

    def __init__(self, config: Config, server: DatabaseURL | None) -> None:
        self.config = config
        self.server = server

    @abstractmethod
    def create(self) -> AbstractContextManager[DatabaseURL]:
        """Create an empty database, which is dropped afterwards."""

    @abstractmethod
    def cache(
        self, key: str, migrate: Callable[[DatabaseURL], None], base: str = ""
    ) -> AbstractContextManager[DatabaseURL]:
        """Create a database that stays, unless it exists; those of other keys are dropped.

        Args:
            key: a hash of all that determines its schema.
            migrate: migrates an empty database, or a copy of the base, to that schema.
            base: the key of a database that a copy may start from, where a copy is cheap.
        """


class ServerDatabases(ScratchDatabases):
    """Scratch databases on a server.

    A process that uses one holds a lock of its name. A database whose lock is free is stale: its
    process was killed.
    """

    @contextmanager
    def create(self) -> Iterator[DatabaseURL]:
        """Create an empty database, which is dropped afterwards."""
        with self._connect() as (connection, server):
            name = names.unique_name(self.config)
            self._lock(connection, name)
            cached = names.cached_name(self.config, "")
            for stale in self._list(connection, names.prefix(self.config)):
                if not stale.startswith(cached):
                    self._drop_unused(connection, stale)
            self._create(connection, name)
            try:
                yield server.with_name(name)
            finally:
                self._drop(connection, name)

    @abstractmethod
    def _local_server(self) -> DatabaseURL:
        """Start a server on this machine, unless it runs, and return its URL."""

    @abstractmethod
    def _lock(self, connection: Connection, name: str) -> None:
        """Hold the lock of a name as long as the connection lives."""

    @abstractmethod
    def _list(self, connection: Connection, prefix: str) -> list[str]:
        """Return the names of the databases that begin with a prefix."""

    @abstractmethod
    def _drop_unused(self, connection: Connection, name: str) -> None:
        """Drop a database if no process holds the lock of its name."""

    def _create(self, connection: Connection, name: str) -> None:
        connection.execute(text(f"CREATE DATABASE {name}"))

    def _drop(self, connection: Connection, name: str) -> None:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))

    @contextmanager
    def _connect(self) -> Iterator[tuple[Connection, DatabaseURL]]:
        server = self.server or self._local_server()
        with connect(server) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT"), server
