"""Scratch databases of MySQL and MariaDB: on a MariaDB that lives as long as this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from stratakit.engine.url import DatabaseURL
from stratakit.scratch import mariadb, names
from stratakit.scratch.base import ServerDatabases

LOCK = text("SELECT GET_LOCK(:name, :seconds)")
LOCK_SECONDS = 3600
UNLOCK = text("SELECT RELEASE_LOCK(:name)")
DATABASES = text(
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE"
    " concat(replace(:prefix, '_', '\\_'), '%') ORDER BY 1"
)


class MySQLDatabases(ServerDatabases):
    """Scratch databases of MySQL and MariaDB."""

    @contextmanager
    def cache(
        self, key: str, migrate: Callable[[DatabaseURL], None], base: str = ""
    ) -> Iterator[DatabaseURL]:
        """Create a database that stays as long as the server; those of other keys are dropped.

        An empty database next to it marks it as complete; an incomplete one is created again.
        """
        name = names.cached_name(self.config, key)
        with self._connect() as (connection, server):
            self._lock(connection, name)
            cached = self._list(connection, names.cached_name(self.config, ""))
            if f"{name}_done" not in cached:
                for other in cached:
                    if other != name:
                        self._drop_unused(connection, other)
                self._drop(connection, name)
                self._create(connection, name)
                migrate(server.with_name(name))
                self._create(connection, f"{name}_done")
            yield server.with_name(name)

    def _local_server(self) -> DatabaseURL:
        return mariadb.start_server(self.config)

    def _lock(self, connection: Connection, name: str) -> None:
        connection.execute(LOCK, {"name": name, "seconds": LOCK_SECONDS})

    def _list(self, connection: Connection, prefix: str) -> list[str]:
        return list(connection.execute(DATABASES, {"prefix": prefix}).scalars())

    def _drop_unused(self, connection: Connection, name: str) -> None:
        locked = name.removesuffix("_done")
        if connection.execute(LOCK, {"name": locked, "seconds": 0}).scalar():
            self._drop(connection, name)
            connection.execute(UNLOCK, {"name": locked})

    def _create(self, connection: Connection, name: str) -> None:
        # Not the server's default: revisions are tried on a database that can hold every text.
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
