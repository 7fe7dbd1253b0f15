"""Scratch databases, which are dropped after use: never the one that the settings name.

They are created on the project's local server, or on the one that TEST_DATABASE_URL names. The next
process drops the databases of one that was killed.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from stratakit.config import Backend, Config
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from stratakit.revisions import guarded_environment, history
from stratakit.scratch.base import ScratchDatabases
from stratakit.scratch.mysql import MySQLDatabases
from stratakit.scratch.postgresql import PostgreSQLDatabases
from stratakit.scratch.sqlite import SQLiteDatabases

ONE_MIGRATION_AT_A_TIME = threading.RLock()


@contextmanager
def database(config: Config) -> Iterator[DatabaseURL]:
    """Create an empty database, which is dropped afterwards.

    Raises:
        StrataError: there is no server for it.
    """
    with _databases(config).create() as url:
        yield url


@contextmanager
def migrated_database(config: Config, target: str = "head") -> Iterator[DatabaseURL]:
    """Create a database at a revision, which is dropped afterwards.

    Raises:
        StrataError: there is no server for it, or a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    with database(config) as url:
        upgrade(url, config, target)
        yield url


@contextmanager
def cached_database(config: Config, key: str) -> Iterator[DatabaseURL]:
    """Create a database at head, unless it exists. It stays for the next time: only read it.

    Args:
        config: the project's.
        key: a hash of all that determines its schema; with another key it is created again.

    Raises:
        StrataError: there is no server for it, or a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    with _databases(config).cache(key, partial(upgrade, config=config)) as url:
        yield url


def upgrade(url: DatabaseURL, config: Config, target: str = "head") -> None:
    """Upgrade a database to a revision, whatever the settings name.

    Threads take turns, because `alembic.context` and `alembic.op` exist once a process.

    Raises:
        StrataError: a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    with ONE_MIGRATION_AT_A_TIME, connect(url) as connection:
        try:
            guarded_environment.run_upgrade(config, target, connection=connection)
        except KeyError:
            # Alembic looks up the parent of a revision without checking whether it exists.
            history.refuse_gap(config.versions)
            raise


DATABASES: dict[Backend, type[ScratchDatabases]] = {
    "postgresql": PostgreSQLDatabases,
    "mysql": MySQLDatabases,
    "sqlite": SQLiteDatabases,
}


def _databases(config: Config) -> ScratchDatabases:
    text = os.environ.get("TEST_DATABASE_URL")
    server = parse(text, config) if text else None
    return DATABASES[server.backend if server else config.database](config, server)
