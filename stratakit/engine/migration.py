"""The engine of the migrations, and what every engine of SQLite needs; nothing asynchronous."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from stratakit.engine import timezone
from stratakit.engine.url import DatabaseURL

SQLITE_BEGIN = "stratakit_sqlite_begin"
"""The execution option that replaces the statement by which SQLite begins a transaction."""


def migration_engine(url: DatabaseURL, *, read_only: bool = False) -> Engine:
    """An engine for one migration: synchronous, without a pool.

    Args:
        url: the database.
        reading: whether its transactions only read, so that on SQLite they need no write lock.

    On SQLite foreign keys are not enforced, since a batch operation drops the table that it
    recreates (https://sqlite.org/lang_altertable.html#otheralter, step 1). Datetimes are stored as
    the application stores them, in UTC.
    """
    engine = create_engine(url.for_migrations, poolclass=NullPool)
    configure_sqlite(
        engine, url, begin="BEGIN" if read_only else "BEGIN IMMEDIATE", foreign_keys="OFF"
    )
    timezone.store_datetimes_in_utc(engine, url.backend)
    return engine


def configure_sqlite(engine: Engine, url: DatabaseURL, *, begin: str, foreign_keys: str) -> None:
    """Make SQLite's transactions real: the driver would commit before each DDL statement.

    Args:
        engine: of any database; only SQLite's is changed.
        url: the database.
        begin: the statement that begins a transaction.
        foreign_keys: whether they are enforced, ON or OFF.

    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
    """
    if url.backend != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connected(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        begin_now = options.get(SQLITE_BEGIN)
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin_now or begin)


@contextmanager
def reading(connection: Connection) -> Iterator[None]:
    """Read on the connection of a migration, and leave no transaction open.

    On SQLite it takes no write lock, so that a migration that is at work is not waited for.

    Args:
        connection: of `migration_engine`, outside of a transaction.
    """
    connection.execution_options(**{SQLITE_BEGIN: "BEGIN"})
    try:
        yield
    finally:
        if connection.in_transaction():
            connection.rollback()
        connection.execution_options(**{SQLITE_BEGIN: None})
