"""The tables of the models in an empty database, as far as that accepts them."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateSchema

from stratakit.catalog import Catalog
from stratakit.engine.errors import driver_error, sqlstate
from stratakit.orm import schemas
from stratakit.orm.stored_type import stored_enum

MISSING = {"42704", "42883", "42P01"}
"""PostgreSQL: undefined object, function and table, which only the migrations may create."""


def create_tables(
    connection: Connection, metadata: MetaData, migrated: Catalog
) -> dict[str, Exception]:
    """Create the models' tables, after the schemas and the extensions of the migrations.

    Args:
        connection: to an empty database.
        metadata: the tables.
        migrated: the catalog of the migrations.

    Returns:
        The tables that the database refuses, each with its error.
    """
    preparer = connection.dialect.identifier_preparer
    for schema in sorted(schemas.declared_schemas(metadata)):
        connection.execute(CreateSchema(schema, if_not_exists=True))
    for key in migrated:
        if key.kind == "extension":
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {preparer.quote(key.name)}")
    _create_enums(connection, metadata)
    if _try(connection, lambda: metadata.create_all(connection, checkfirst=False)) is None:
        return {}
    # The events of the metadata, and then each table by itself.
    _try(connection, lambda: metadata.create_all(connection, tables=[]))
    failures: dict[str, Exception] = {}
    for table in metadata.sorted_tables:
        error = _try(connection, partial(table.create, connection, checkfirst=True))
        if error is not None:
            failures[table.fullname] = error
    return failures


def _create_enums(connection: Connection, metadata: MetaData) -> None:
    """Create the enums that `create_all()` leaves out: those with `create_type=False`."""
    columns = [column for table in metadata.tables.values() for column in table.columns]
    enums = [each for c in columns if (each := stored_enum(c.type, connection.dialect))]
    created = {(each.schema, each.name) for each in enums if each.create_type}
    for enum in enums:
        if (enum.schema, enum.name) not in created:
            enum.create(connection, checkfirst=True)


def is_missing_object(error: Exception) -> bool:
    """Return whether a table only lacks an object that is not there, such as a function."""
    return sqlstate(error) in MISSING


def _try(connection: Connection, function: Callable[[], None]) -> Exception | None:
    """Call a function in a savepoint, and return its error.

    MySQL commits each statement that changes the schema, and savepoints with it.
    """
    is_transactional = connection.dialect.name not in ("mysql", "mariadb")
    try:
        with connection.begin_nested() if is_transactional else nullcontext():
            function()
    except Exception as error:
        if driver_error(error) is None and not isinstance(error, CompileError):
            raise
        return error
    return None
