"""The schema of a database from its system catalog: to compare, and to record as text.

`read` returns the same structure for every backend, and `differences` compares two of them. Neither
the order of a table's columns counts, nor the version table and stratakit's own tables.
"""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from stratakit.catalog import mysql, postgresql, sqlite
from stratakit.catalog.diff import Difference, differences, list_allowed
from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey
from stratakit.config import Backend
from stratakit.engine import url
from stratakit.revisions.log import LOG
from stratakit.revisions.own_tables import OWN_TABLES

__all__ = [
    "Catalog",
    "Difference",
    "ObjectKey",
    "differences",
    "list_allowed",
    "not_compared",
    "read",
    "read_only",
]

READERS: dict[Backend, Callable[[Connection], Iterable[tuple[ObjectKey, Mapping[str, object]]]]] = {
    "postgresql": postgresql.read_objects,
    "mysql": mysql.read_objects,
    "sqlite": sqlite.read_objects,
}
READ_ONLY: dict[Backend, tuple[str, ...]] = {
    "postgresql": postgresql.READ_ONLY,
    "mysql": mysql.READ_ONLY,
    "sqlite": sqlite.READ_ONLY,
}
NOT_COMPARED = frozenset(OWN_TABLES)


def not_compared(version_table: str) -> frozenset[str]:
    """Return the tables that are no part of a project's schema, as a catalog names them.

    Args:
        version_table: the one that env.py names, with its schema if it has one of its own, which
            may be the connection's.
    """
    schema, _, name = version_table.rpartition(".")
    beside = {f"{schema}.{LOG.name}"} if schema else set()
    return NOT_COMPARED | {version_table, name} | beside


def read(connection: Connection, version_table: str = "alembic_version") -> Catalog:
    """Read the catalog of a database; nothing is written.

    Objects of extensions and of the server itself are left out, as are owners, grants and the
    current values of sequences.

    Args:
        connection: to PostgreSQL, SQLite, MySQL or MariaDB.
        version_table: the one that env.py names, with its schema if it has one of its own.

    Raises:
        sqlalchemy.exc.DBAPIError: the account may not read it, or it takes too long.
    """
    rows = READERS[_backend(connection)](connection)
    left_out = not_compared(version_table)
    return Catalog(
        {
            key: {
                name: _as_text(value)
                for name, value in attributes.items()
                if value not in (None, False, "")
            }
            for key, attributes in rows
            if left_out.isdisjoint((key.table, key.name if key.kind == "table" else ""))
        }
    )


def read_only(connection: Connection, seconds: int) -> None:
    """Make a connection read-only and limit its statements, until it is closed.

    Args:
        connection: a connection that has executed nothing yet.
        seconds: how long one statement may take; SQLite has no such limit.
    """
    for statement in READ_ONLY[_backend(connection)]:
        connection.exec_driver_sql(statement.format(seconds=seconds))


def _backend(connection: Connection) -> Backend:
    return url.BACKENDS[connection.dialect.name]


def _as_text(value: object) -> str:
    if isinstance(value, DatabaseDefault):
        return value
    return "yes" if value is True else str(value)
