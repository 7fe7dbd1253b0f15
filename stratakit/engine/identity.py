"""The database behind a connection, as the database itself names it.

A URL does not determine the database of a connection: `creator=`, a service file, a proxy or a
listener of the application may have opened it elsewhere.
"""

from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

QUERIES = {
    # In seconds: a timestamp is written in the time zone of the session.
    "postgresql": "SELECT concat_ws(' ', current_database(),"
    " (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint)",
    "mysql": "SELECT concat_ws(' ', @@hostname, @@port, @@datadir, DATABASE())",
    "mariadb": "SELECT concat_ws(' ', @@hostname, @@port, @@datadir, DATABASE())",
    "sqlite": "PRAGMA database_list",
}


def database_identity(connection: Connection) -> str:
    """Return a text that two connections share if and only if they lead to one database.

    The driver's own cursor is used, and what it began is rolled back: SQLAlchemy sees neither a
    transaction nor a statement. In a transaction that is open already, nothing is rolled back.

    Args:
        connection: of any driver.
    """
    row = _read(connection, QUERIES[connection.dialect.name])
    if connection.dialect.name != "sqlite":
        return f"{connection.dialect.name} {row[0]}" if row else ""
    file = row[2] if row else ""
    driver = connection.connection
    return f"sqlite {Path(file).resolve()}" if file else f"sqlite in memory {id(driver)}"


def location(connection: Connection, schema: str | None = None) -> str:
    """Return the database and the schema of a version table, which no other tenant has.

    Args:
        connection: of any driver.
        schema: that of the version table; by default the first one of the search path.
    """
    if schema is None and connection.dialect.name == "postgresql":
        schema = _read(connection, "SELECT current_schema()")[0]
    identity = database_identity(connection)
    if identity.startswith("sqlite in memory") and (file := connection.engine.url.database):
        # A file that does not exist yet is read as an empty database in memory.
        identity = f"sqlite {Path(file).resolve()}"
    return " ".join(filter(None, [identity, schema]))


def _read(connection: Connection, query: str) -> Any:
    """Return the first row of a query by the driver's own cursor."""
    is_begun = connection.in_transaction()
    driver = connection.connection
    with closing(driver.cursor()) as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    if not is_begun:
        driver.rollback()
    return row
