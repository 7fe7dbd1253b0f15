"""Scratch databases of PostgreSQL: on the local server, which is started for them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from strata import urls
from strata.config import Config
from strata.database import migration_engine
from strata.postgresql.server import local as local_server
from strata.urls import DatabaseURL


@contextmanager
def database(config: Config, given: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty database on the given server or the local one, dropped afterwards."""
    if given is None:
        local = local_server(config.root)
        local.start()
        given = urls.parse(local.url("postgres"), config)
    name = f"scratch_{secrets.token_hex(6)}"
    engine = migration_engine(given).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield given.with_name(name)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
