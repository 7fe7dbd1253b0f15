"""Databases for one purpose, removed afterwards: never the one that the settings name.

They are made on the service's local server, or on the server that TEST_DATABASE_URL names.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from alembic import command

from strata import plan, urls
from strata.config import Config
from strata.connection import connected
from strata.urls import DatabaseURL


@contextmanager
def database(config: Config) -> Iterator[DatabaseURL]:
    """An empty database.

    Raises:
        Problem: there is no server to make it on.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    server = urls.parse(given, config) if given else None
    maker = import_module(f"strata.scratch.{server.family if server else config.database}")
    with maker.database(config, server) as url:
        yield url


@contextmanager
def migrated(config: Config, target: str = "head") -> Iterator[DatabaseURL]:
    """A database at a revision, made by the migrations."""
    with database(config) as url:
        upgrade(url, config, target)
        yield url


def upgrade(url: DatabaseURL, config: Config, target: str = "head") -> None:
    """Bring a database up to a revision, whatever the settings name."""
    with connected(url) as connection:
        alembic = plan.alembic_config(config)
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, target)
