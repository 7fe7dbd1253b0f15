"""The DDL of a baseline, read from a live database."""

from collections.abc import Callable, Collection

from sqlalchemy import Connection

from stratakit.adopt.ddl import mysql, postgresql, sqlite
from stratakit.config import Backend
from stratakit.engine.url import DatabaseURL

READERS: dict[Backend, Callable[[Connection, DatabaseURL, Collection[str]], list[str]]] = {
    "postgresql": postgresql.statements,
    "mysql": mysql.statements,
    "sqlite": sqlite.statements,
}


def statements(connection: Connection, url: DatabaseURL, left_out: Collection[str]) -> list[str]:
    """Return the statements that create the schema of a database.

    Args:
        connection: to the database.
        url: its URL.
        left_out: the tables and sequences that are no part of the schema, as a catalog names them.

    Raises:
        StrataError: a program that reads it is missing or too old.
        ClientError: that program fails.
    """
    return READERS[url.backend](connection, url, left_out)
