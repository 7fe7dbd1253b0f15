"""The database behind a connection, as the database itself names it.

A URL does not determine the database of a connection: `creator=`, a service file, a proxy or a
listener of the application may have opened it elsewhere.
"""

from contextlib import closing
from pathlib import Path

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
    is_begun = connection.in_transaction()
    driver = connection.connection
    with closing(driver.cursor()) as cursor:
        cursor.execute(QUERIES[connection.dialect.name])
        row = cursor.fetchone()
    if not is_begun:
        driver.rollback()
    if connection.dialect.name != "sqlite":
        return f"{connection.dialect.name} {row[0]}" if row else ""
    file = row[2] if row else ""
    return f"sqlite {Path(file).resolve()}" if file else f"sqlite in memory {id(driver)}"
