"""Scratch databases of PostgreSQL: on the local server, which is started for them.

Whoever uses one holds an advisory lock of its name, shared, in the server's own database: what
nobody holds was left by a run that was killed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.devserver.server import local_server
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from stratakit.scratch import names

LOCK = text("SELECT pg_advisory_lock_shared(hashtext('strata scratch'), hashtext(:name))")
FREE = text("SELECT pg_try_advisory_lock(hashtext('strata scratch'), hashtext(:name))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext('strata scratch'), hashtext(:name))")
ONE_MAKES = text("SELECT pg_advisory_lock(hashtext('strata head'), hashtext(:name))")
ALL = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix) ORDER BY 1")


@contextmanager
def database(config: Config, given: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty database on the given server or the local one, dropped afterwards."""
    with _connected(config, given) as (connection, server):
        name = names.unique_name(config)
        connection.execute(LOCK, {"name": name})
        for left in connection.execute(ALL, {"prefix": names.prefix(config)}).scalars().all():
            if not left.startswith(names.cached_name(config, "")):
                _drop_unused(connection, left)
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server.with_name(name)
        finally:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def kept(
    config: Config, given: DatabaseURL | None, key: str, make: Callable[[DatabaseURL], None]
) -> Iterator[DatabaseURL]:
    """A database that stays; those of other keys are dropped."""
    name = names.cached_name(config, key)
    with _connected(config, given) as (connection, server):
        connection.execute(LOCK, {"name": name})
        if not _exists(connection, name):
            connection.execute(ONE_MAKES, {"name": name})
            if not _exists(connection, name):
                with database(config, given) as url:
                    make(url)
                    connection.execute(text(f"ALTER DATABASE {url.name} RENAME TO {name}"))
            prefix = names.cached_name(config, "")
            for other in connection.execute(ALL, {"prefix": prefix}).scalars().all():
                if other != name:
                    _drop_unused(connection, other)
        yield server.with_name(name)


@contextmanager
def _connected(
    config: Config, given: DatabaseURL | None
) -> Iterator[tuple[Connection, DatabaseURL]]:
    if given is None:
        local = local_server(config.root)
        local.start()
        given = parse(local.url("postgres"), config)
    with connect(given) as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT"), given


def _exists(connection: Connection, name: str) -> bool:
    return name in connection.execute(ALL, {"prefix": name}).scalars()


def _drop_unused(connection: Connection, name: str) -> None:
    if connection.execute(FREE, {"name": name}).scalar():
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(UNLOCK, {"name": name})
