"""The catalog of MySQL and MariaDB: `information_schema`, restricted to one database."""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from stratakit.catalog.model import DatabaseDefault, ObjectKey
from stratakit.catalog.mysql.foreign_key_indexes import implied_indexes
from stratakit.catalog.mysql.queries import OPTIONAL_COLUMNS, QUERIES

# MariaDB writes `current_timestamp()`, MySQL `CURRENT_TIMESTAMP`: one default.
NOW = re.compile(r"\b(current_timestamp|now)\b(\(\))?", re.IGNORECASE)
NUMBERED = re.compile(r".*_ibfk_\d+|.*_chk_\d+|CONSTRAINT_\d+")
"""The names that a server gives to keys and checks, by the order in which they are created."""
READ_ONLY = (
    "SET SESSION TRANSACTION READ ONLY",
    # Each server ignores the comment of the other one: MariaDB's manual, "Comment Syntax".
    "SET SESSION /*M! max_statement_time = {seconds} */"
    " /*!50708 max_execution_time = {seconds}000 */",
)


Object = tuple[ObjectKey, Mapping[str, object]]


def read_objects(connection: Connection) -> Iterator[Object]:
    """Read every object of the database that the connection uses.

    Keys and checks with a number of the server for a name are named by their columns or condition.
    Left out are the indexes that the server creates for foreign keys.
    """
    objects = list(_read_objects(connection))
    implied = implied_indexes(objects)
    for key, attributes in objects:
        is_implied = (key, attributes.get("columns")) in implied
        if not is_implied or attributes.get("unique"):
            yield _with_stable_name(key, attributes), attributes


def _with_stable_name(key: ObjectKey, attributes: Mapping[str, object]) -> ObjectKey:
    if key.kind in ("foreign key", "check constraint") and NUMBERED.fullmatch(key.name):
        return key._replace(name=f"({attributes.get('columns') or attributes['definition']})")
    return key


def _read_objects(connection: Connection) -> Iterator[Object]:
    schema, collation = connection.exec_driver_sql("SELECT DATABASE(), @@collation_database").one()
    available = _columns_of_statistics(connection)
    for kind, query in QUERIES.items():
        sql = query.format(
            **{name: name if name in available else "''" for name in OPTIONAL_COLUMNS}
        )
        for row in connection.exec_driver_sql(sql).mappings():
            attributes = {
                name: DatabaseDefault(value)
                if (name, value) == ("collation", collation)
                else _normalize(value, schema)
                for name, value in row.items()
                if name not in ("kind", "of", "name")
            }
            yield ObjectKey(row.get("kind", kind), row.get("of", ""), row["name"]), attributes
    sequences = connection.exec_driver_sql(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'"
    )
    for name in list(sequences.scalars()):
        (row,) = connection.exec_driver_sql(f"SELECT * FROM `{name}`").mappings()
        options = ("minimum_value", "maximum_value", "increment", "cache_size", "cycle_option")
        yield ObjectKey("sequence", "", name), {option: row[option] for option in options}


def _columns_of_statistics(connection: Connection) -> set[str]:
    """Read the columns of `statistics`, which differ between servers and versions."""
    columns = connection.exec_driver_sql(
        "SELECT lower(column_name) FROM information_schema.columns"
        " WHERE lower(table_schema) = 'information_schema' AND lower(table_name) = 'statistics'"
    )
    return set(columns.scalars())


def _normalize(value: object, schema: str) -> object:
    if not isinstance(value, str):
        return value
    return NOW.sub("now()", value.replace(f"`{schema}`.", ""))
