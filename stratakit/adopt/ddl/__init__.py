"""The DDL of a baseline, read from a live database."""

from collections.abc import Callable

from sqlalchemy import Connection

from stratakit.adopt.ddl import mysql, postgresql, sqlite
from stratakit.config import Backend
from stratakit.engine.url import DatabaseURL

READERS: dict[Backend, Callable[[Connection, DatabaseURL, str], list[str]]] = {
    "postgresql": postgresql.statements,
    "mysql": mysql.statements,
    "sqlite": sqlite.statements,
}


def statements(connection: Connection, url: DatabaseURL, version_table: str) -> list[str]:
    """Return the statements that create the schema of a database.

    Args:
        connection: to the database.
        url: its URL.
        version_table: the one that env.py names, which Alembic creates.

    Raises:
        StrataError: a program that reads it is missing or too old.
        ClientError: that program fails.
    """
    return READERS[url.backend](connection, url, version_table)
