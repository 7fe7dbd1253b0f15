"""The schema of a database from its system catalog: to compare, and to record as text.

`read` returns the same structure for every backend, and `differences` compares two of them. Neither
the order of a table's columns counts, nor the tables `alembic_version` and `migration_log`.
"""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from stratakit.catalog import mysql, postgresql, sqlite
from stratakit.catalog.diff import Difference, differences
from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey
from stratakit.config import Backend
from stratakit.engine import url
from stratakit.revisions.log import OWN_TABLES

__all__ = ["Catalog", "Difference", "ObjectKey", "differences", "read", "read_only"]

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


def read(connection: Connection) -> Catalog:
    """Read the catalog of a database; nothing is written.

    Objects of extensions and of the server itself are left out, as are owners, grants and the
    current values of sequences.

    Args:
        connection: to PostgreSQL, SQLite, MySQL or MariaDB.

    Raises:
        sqlalchemy.exc.DBAPIError: the account may not read it, or it takes too long.
    """
    rows = READERS[_backend(connection)](connection)
    return Catalog(
        {
            key: {
                name: _as_text(value)
                for name, value in attributes.items()
                if value not in (None, False, "")
            }
            for key, attributes in rows
            if NOT_COMPARED.isdisjoint((key.table, key.name if key.kind == "table" else ""))
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
