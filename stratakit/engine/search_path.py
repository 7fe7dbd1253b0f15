"""The schemas in which PostgreSQL looks up a name without one.

An env.py that sets `search_path` migrates one schema of several, such as that of a tenant. A
database that is compared with it needs these schemas, and the same setting.
"""

import re
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

NAMES = re.compile(r'"((?:[^"]|"")+)"|([^\s,"]+)')
QUERY = (
    "SELECT current_setting('search_path'), coalesce(current_schema(), ''), current_database(), "
    "(SELECT string_agg(nspname, chr(10)) FROM pg_namespace)"
)
USUAL = ("$user", "public")
SET = text("SELECT set_config('search_path', :path, false)")


@dataclass(frozen=True)
class SearchPath:
    """The search path of a session.

    Args:
        value: the setting `search_path`.
        schema: the first schema of it that exists, in which tables are created; empty if none does.
        database: the name of the database.
        existing: the schemas of the database.
    """

    value: str
    schema: str
    database: str
    existing: Collection[str]

    @property
    def schemas(self) -> list[str]:
        """The schemas that the setting names, whether or not they exist."""
        return [quoted.replace('""', '"') or plain for quoted, plain in NAMES.findall(self.value)]

    def missing(self, needed: Collection[str]) -> list[str]:
        """Return the schemas that a session needs and the database lacks.

        Those of the search path are needed if none of them exists: a revision may create others.

        Args:
            needed: further schemas.
        """
        path = [] if self.schema else [name for name in self.schemas if name != "$user"]
        return [each for each in dict.fromkeys([*path, *needed]) if each not in self.existing]


def read_search_path(connection: Connection) -> SearchPath:
    """Read the search path of a session, which may have begun no transaction.

    Args:
        connection: to PostgreSQL, by any driver. As in `database_identity`, SQLAlchemy sees neither
            a transaction nor a statement.
    """
    is_begun = connection.in_transaction()
    driver = connection.connection
    with closing(driver.cursor()) as cursor:
        cursor.execute(QUERY)
        (row,) = cursor.fetchall()
    if not is_begun:
        driver.rollback()
    return SearchPath(row[0], row[1], row[2], frozenset(row[3].split("\n")))


def chosen_schema(connection: Connection) -> str:
    """Return the schema that a session names first; empty if that is the usual one.

    Args:
        connection: to PostgreSQL.
    """
    first = next(iter(read_search_path(connection).schemas), "")
    return "" if first in USUAL else first


def create_schemas(connection: Connection, schemas: Sequence[str]) -> None:
    """Create schemas that are missing."""
    for schema in schemas:
        connection.execute(CreateSchema(schema, if_not_exists=True))


def use_search_path(connection: Connection, path: SearchPath, needed: Collection[str]) -> None:
    """Give a session the search path of another one, and the schemas that it needs.

    Args:
        connection: to an empty database.
        path: that of the other session.
        needed: further schemas.
    """
    connection.execute(SET, {"path": path.value})
    create_schemas(connection, read_search_path(connection).missing(needed))
    connection.dialect.default_schema_name = read_search_path(connection).schema


def keep_search_path(connection: Connection, path: SearchPath) -> None:
    """Make the search path of another session the default of every later session of a database.

    Args:
        connection: to the database, in autocommit.
        path: that of the other session.
    """
    if read_search_path(connection).value != path.value:
        connection.execute(SET, {"path": path.value})
        name = connection.dialect.identifier_preparer.quote(path.database)
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET search_path FROM CURRENT")
