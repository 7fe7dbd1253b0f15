"""Databases for one purpose, removed afterwards: never the one that the settings name.

They are made on the service's local server, or on the server that TEST_DATABASE_URL names. What a
killed run left there is removed by the next one.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Protocol

from stratakit.config import Backend, Config
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from stratakit.revisions import guarded_environment, history
from stratakit.scratch import mysql, postgresql, sqlite

ONE_MIGRATION_AT_A_TIME = threading.RLock()


@contextmanager
def database(config: Config) -> Iterator[DatabaseURL]:
    """An empty database.

    Raises:
        StrataError: there is no server to make it on.
    """
    maker, server = _maker(config)
    with maker.database(config, server) as url:
        yield url


@contextmanager
def migrated_database(config: Config, target: str = "head") -> Iterator[DatabaseURL]:
    """A database at a revision, made by the migrations."""
    with database(config) as url:
        upgrade(url, config, target)
        yield url


@contextmanager
def cached_database(config: Config, key: str) -> Iterator[DatabaseURL]:
    """A database at head that stays for the next time; it is only to be read.

    Args:
        key: a hash of all that makes it: under another one it is made anew.
    """
    maker, server = _maker(config)
    with maker.kept(config, server, key, partial(upgrade, config=config)) as url:
        yield url


def upgrade(url: DatabaseURL, config: Config, target: str = "head") -> None:
    """Bring a database up to a revision, whatever the settings name.

    Threads of one process take turns, for `alembic.context` and `alembic.op` are the process's.

    Raises:
        StrataError: a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    with ONE_MIGRATION_AT_A_TIME, connect(url) as connection:
        try:
            guarded_environment.run_upgrade(config, target, connection=connection)
        except KeyError:
            # Alembic looks up what a revision follows without asking whether it is there.
            history.refuse_gap(config.versions)
            raise


class _Maker(Protocol):
    """A module that creates the scratch databases of one kind."""

    def database(
        self, config: Config, given: DatabaseURL | None
    ) -> AbstractContextManager[DatabaseURL]:
        """Create an empty database, dropped afterwards."""

    def kept(
        self,
        config: Config,
        given: DatabaseURL | None,
        key: str,
        make: Callable[[DatabaseURL], None],
    ) -> AbstractContextManager[DatabaseURL]:
        """Create a database that stays; those of other keys are dropped."""


MAKERS: dict[Backend, _Maker] = {"postgresql": postgresql, "mysql": mysql, "sqlite": sqlite}


def _maker(config: Config) -> tuple[_Maker, DatabaseURL | None]:
    given = os.environ.get("TEST_DATABASE_URL")
    server = parse(given, config) if given else None
    backend = server.backend if server else config.database
    return MAKERS[backend], server
