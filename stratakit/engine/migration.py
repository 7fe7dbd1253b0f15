"""The engine of the migrations, and what every engine of SQLite needs; nothing asynchronous."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from stratakit.engine import timezone
from stratakit.engine.url import DatabaseURL

SQLITE_BEGIN = "stratakit_sqlite_begin"
"""The execution option that replaces the statement by which SQLite begins a transaction."""


def migration_engine(url: DatabaseURL, *, read_only: bool = False) -> Engine:
    """Return an engine for one migration: synchronous, without a pool.

    Args:
        url: the database.
        read_only: whether its transactions only read, so that on SQLite they need no write lock.

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
def sqlite_transactions(connection: Connection, *, foreign_keys: bool = False) -> Iterator[None]:
    """Make the transactions of one connection to SQLite real, whoever has opened it.

    Args:
        connection: outside of a transaction; afterwards it is as it was.
        foreign_keys: whether they are enforced meanwhile; not in migrations, as in
            `migration_engine`.
    """
    driver = connection.connection.dbapi_connection
    isolation_level = driver.isolation_level  # type: ignore[union-attr]
    enforced = _pragma(connection, "foreign_keys")
    # None: the engine begins its transactions itself, as the manual of SQLAlchemy recommends.
    is_ours = isolation_level is not None
    _pragma(connection, f"foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    if is_ours:
        driver.isolation_level = None  # type: ignore[union-attr]
        event.listen(connection, "begin", _begin_immediate)
    try:
        yield
    finally:
        if is_ours:
            event.remove(connection, "begin", _begin_immediate)
        if not connection.closed and not connection.invalidated:
            if connection.in_transaction():
                connection.rollback()
            _pragma(connection, f"foreign_keys = {'ON' if enforced else 'OFF'}")
            driver.isolation_level = isolation_level  # type: ignore[union-attr]


def _pragma(connection: Connection, text: str) -> Any:
    """Run a PRAGMA outside of a transaction, which SQLAlchemy would begin and wait for."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA {text}")
        row = cursor.fetchone()
        return row[0] if row else None


def _begin_immediate(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    options = connection.get_execution_options()
    if not driver.in_transaction and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(options.get(SQLITE_BEGIN) or "BEGIN IMMEDIATE")


@contextmanager
def reading(connection: Connection) -> Iterator[None]:
    """Read on the connection of a migration, and leave no transaction open.

    On SQLite it takes no write lock, so that a migration that is at work is not waited for.

    Args:
        connection: of any engine. A transaction that is open already stays open.
    """
    is_begun = connection.in_transaction()
    connection.execution_options(**{SQLITE_BEGIN: "BEGIN"})
    try:
        yield
    finally:
        if not is_begun and connection.in_transaction():
            connection.rollback()
        connection.execution_options(**{SQLITE_BEGIN: None})
