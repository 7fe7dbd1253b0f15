"""Scratch databases of PostgreSQL: on the local server, which is started for them.

The lock of a name is an advisory lock in the server's own database, shared by all users of a cached
database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from stratakit.devserver.server import local_server
from stratakit.engine.url import DatabaseURL, parse
from stratakit.scratch import names
from stratakit.scratch.base import ServerDatabases

LOCK = text("SELECT pg_advisory_lock_shared(hashtext('strata scratch'), hashtext(:name))")
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('strata scratch'), hashtext(:name))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext('strata scratch'), hashtext(:name))")
LOCK_CACHE = text("SELECT pg_advisory_lock(hashtext('strata head'), hashtext(:name))")
DATABASES = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix) ORDER BY 1")


class PostgreSQLDatabases(ServerDatabases):
    """Scratch databases of PostgreSQL."""

    @contextmanager
    def cache(
        self, key: str, migrate: Callable[[DatabaseURL], None], base: str = ""
    ) -> Iterator[DatabaseURL]:
        """Create a database that stays, unless it exists; those of other keys are dropped."""
        name = names.cached_name(self.config, key)
        with self._connect() as (connection, server):
            self._lock(connection, name)
            if name not in self._list(connection, name):
                connection.execute(LOCK_CACHE, {"name": name})
                if name not in self._list(connection, name):
                    with self.create() as url:
                        if base:
                            self._copy(connection, names.cached_name(self.config, base), url.name)
                        migrate(url)
                        connection.execute(text(f"ALTER DATABASE {url.name} RENAME TO {name}"))
                for other in self._list(connection, names.cached_name(self.config, "")):
                    if other != name:
                        self._drop_unused(connection, other)
            yield server.with_name(name)

    def _copy(self, connection: Connection, source: str, name: str) -> None:
        """Make an empty database a copy, unless there is no source, or somebody reads it."""
        if source not in self._list(connection, source):
            return
        self._drop(connection, name)
        try:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
        except OperationalError:
            self._create(connection, name)

    def _local_server(self) -> DatabaseURL:
        server = local_server(self.config.root)
        server.start()
        return parse(server.url("postgres"), self.config)

    def _lock(self, connection: Connection, name: str) -> None:
        connection.execute(LOCK, {"name": name})

    def _list(self, connection: Connection, prefix: str) -> list[str]:
        return list(connection.execute(DATABASES, {"prefix": prefix}).scalars())

    def _drop_unused(self, connection: Connection, name: str) -> None:
        if connection.execute(TRY_LOCK, {"name": name}).scalar():
            self._drop(connection, name)
            connection.execute(UNLOCK, {"name": name})

    def _drop(self, connection: Connection, name: str) -> None:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
