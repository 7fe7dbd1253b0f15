"""Comparison of the models with the migrations, by two catalogs and by Alembic.

The catalogs show more, and at once. Alembic compares the tables in which they differ, because its
operations name the missing revision.
"""

from collections.abc import Collection, Iterator
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Constraint, Index, MetaData
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.schema import CreateSchema

from stratakit import catalog, scratch
from stratakit.autogenerate import describe
from stratakit.autogenerate.options import comparison
from stratakit.catalog import Catalog, Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.engine.connect import connect
from stratakit.engine.errors import driver_message
from stratakit.operations import walk
from stratakit.orm import schemas, server_defaults
from stratakit.orm.source_location import find_declaration
from stratakit.scratch import head

DETAIL = "A database that is migrated is not what the code expects of it."
CREATE_HINT = f'Make it: {MIGRATE} create "what changes"'
BY_HAND_HINT = (
    f'Write it by hand: {MIGRATE} create --empty "what changes"\n'
    "What a model cannot express, and is meant, is named in strata.toml: allowed = [{allowed}]"
)


def compare_models(config: Config, metadata: MetaData) -> tuple[list[Finding], Catalog]:
    """Compare the tables of the models with those of the migrations, on scratch databases.

    Returns:
        The differences, and the catalog at head.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails.
    """
    with (
        head.head_database(config, metadata) as at_head,
        connect(at_head, read_only=True) as connection,
    ):
        migrated = catalog.read(connection)
        with scratch.database(config) as url, connect(url) as model_connection:
            try:
                _create_tables(model_connection, metadata, migrated)
            except (DBAPIError, CompileError) as error:
                return [_creation_failure(error)], migrated
            modelled = catalog.read(model_connection)
        modelled = modelled.with_names_of(migrated, explicit_names(metadata))
        # A column's own sequence keeps its name if its table is renamed; nothing uses the name.
        expected, actual = (each.without("named", "sequence") for each in (modelled, migrated))
        differences = [
            each
            for each in catalog.differences(expected, actual)
            if not _is_python_default(each, metadata)
        ]
        tables = {_table_name(each) for each in differences}
        operations = _alembic_operations(config, connection, metadata, tables)
    return list(_findings(config, metadata, operations, differences)), migrated


def explicit_names(metadata: MetaData) -> set[str]:
    """Return the names of constraints and indexes that the models give, not the server."""
    constraints: list[Constraint | Index] = []
    for table in metadata.tables.values():
        constraints += [*table.constraints, *table.indexes]
        constraints += [each for column in table.columns for each in column.constraints]
    return {str(each.name) for each in constraints if isinstance(each.name, str)}


def _table_name(difference: Difference) -> str:
    return difference.key.table or difference.key.name


def _alembic_operations(
    config: Config, connection: Connection, metadata: MetaData, tables: Collection[str]
) -> list[ops.MigrateOperation]:
    """Return Alembic's operations that bring some tables of a database to the models."""
    if not tables:
        return []
    options = comparison(metadata, config.allowed)
    by_name, by_object = options["include_name"], options["include_object"]

    def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        if kind == "table" and parents["schema_qualified_table_name"] not in tables:
            return False
        return bool(by_name(name, kind, parents))

    def include_object(item: Any, name: str | None, kind: str, *rest: object) -> bool:
        if kind == "table" and not {item.fullname, item.name} & set(tables):
            return False
        return bool(by_object(item, name, kind, *rest))

    options |= {"include_name": include_name, "include_object": include_object}
    context = MigrationContext.configure(connection, opts=options)
    operations = produce_migrations(context, metadata).upgrade_ops
    return list(walk.flatten(operations.ops)) if operations else []


def _is_python_default(difference: Difference, metadata: MetaData) -> bool:
    """Return whether a difference is a server default equal to the model's default in Python."""
    table = metadata.tables.get(difference.key.table)
    column = table.columns.get(difference.key.name) if table is not None else None
    return (
        difference.attribute == "default"
        and difference.expected is None
        and column is not None
        and server_defaults.matches_model(column, difference.found)
    )


def _create_tables(connection: Connection, metadata: MetaData, migrated: Catalog) -> None:
    """Create the models' tables, after the schemas and the extensions of the migrations."""
    preparer = connection.dialect.identifier_preparer
    for schema in sorted(schemas.declared_schemas(metadata)):
        connection.execute(CreateSchema(schema, if_not_exists=True))
    for key in migrated:
        if key.kind == "extension":
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {preparer.quote(key.name)}")
    metadata.create_all(connection, checkfirst=False)


def _findings(
    config: Config,
    metadata: MetaData,
    operations: list[ops.MigrateOperation],
    differences: list[Difference],
) -> Iterator[Finding]:
    allowed = {
        (each.key.table, each.key.name) for each in differences if each.is_allowed(config.allowed)
    }
    reported = set()
    for operation in operations:
        table, name = walk.subject(operation)
        if (table, name) in allowed:
            continue
        reported.add((table, name))
        file, line = find_declaration(metadata, config.root, table or name, name if table else "")
        for sentence in describe.describe(operation):
            message = f"A revision is missing: one that {sentence}."
            yield Finding("model-without-migration", message, DETAIL, CREATE_HINT, file, line)
    for each in differences:
        subject = (each.key.table, each.key.name)
        if subject in reported or subject in allowed or ("", each.key.table) in reported:
            continue
        file, line = find_declaration(
            metadata, config.root, each.key.table or each.key.name, each.key.name
        )
        hint = BY_HAND_HINT.format(allowed=f'"{each.key}"')
        yield Finding("models-differ", f"The migrations differ: {each}.", DETAIL, hint, file, line)


def _creation_failure(error: DBAPIError | CompileError) -> Finding:
    reason = driver_message(error) if isinstance(error, DBAPIError) else str(error)
    return Finding(
        "models-not-made",
        f"The models' tables cannot be made in an empty database: {reason}",
        "What the migrations make could only be compared by Alembic, which sees half.",
        "Declare what they need beside them, such as a function by "
        'sqlalchemy.event.listen(metadata, "before_create", DDL(...)).',
    )
