"""One server of each family for a test process, and a fresh database on it for each test."""

import atexit
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree

from sqlalchemy import text

from stratakit.config import Config
from stratakit.devserver.server import Server
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL, parse
from stratakit.scratch import mariadb


@contextmanager
def fresh(backend: str) -> Iterator[dict[str, str]]:
    """A database of a family: what a service's environment has to hold to use it.

    Returns:
        DATABASE_URL and, for scratch databases, TEST_DATABASE_URL; for SQLite nothing, since its
        local database is a file in the service.
    """
    if backend == "sqlite":
        yield {}
        return
    server = server_of(backend)
    name = f"service_{secrets.token_hex(6)}"
    engine = migration_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield {"DATABASE_URL": _text(server.with_name(name)), "TEST_DATABASE_URL": _text(server)}
        force = " WITH (FORCE)" if backend == "postgresql" else ""
        connection.execute(text(f"DROP DATABASE {name}{force}"))


def server_of(backend: str) -> DatabaseURL:
    """The process's server of PostgreSQL or MySQL."""
    return _postgresql() if backend == "postgresql" else mariadb.start_server(_config())


@cache
def _postgresql() -> DatabaseURL:
    folder = Path(tempfile.mkdtemp(prefix="tests-postgresql-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    server = Server(folder / "postgresql", durable=False)
    server.start()
    atexit.register(server.remove)
    return parse(server.url("postgres"), _config())


@cache
def _config() -> Config:
    return Config(root=Path(tempfile.gettempdir()))


def _text(url: DatabaseURL) -> str:
    return url.url.render_as_string(hide_password=False)
