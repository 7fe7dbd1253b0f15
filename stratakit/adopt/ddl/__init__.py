"""The DDL of a baseline, read from a live database."""

from sqlalchemy import Connection

from stratakit.engine.url import DatabaseURL


def statements(connection: Connection, url: DatabaseURL) -> list[str]:
    """Return the statements that make the schema of a database.

    Raises:
        StrataError: a program that reads it is missing or too old.
        ClientError: that program fails.
    """
    # Imported here: the drivers of the other databases may not be installed.
    if url.backend == "postgresql":
        from stratakit.adopt.ddl import postgresql

        return postgresql.statements(connection, url)
    if url.backend == "mysql":
        from stratakit.adopt.ddl import mysql

        return mysql.statements(connection, url)
    from stratakit.adopt.ddl import sqlite

    return sqlite.statements(connection, url)
