"""Whether the migrations make what the models declare: asked of two catalogues, and of Alembic.

The catalogues see more, in a moment; Alembic is asked about the tables in which they differ, since
its answer says which revision is missing.
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

WHY = "A database that is migrated is not what the code expects of it."
MAKE = f'Make it: {MIGRATE} create "what changes"'
BY_HAND = (
    f'Write it by hand: {MIGRATE} create --empty "what changes"\n'
    "What a model cannot express, and is meant, is named in strata.toml: allowed = [{allowed}]"
)


def compare_models(config: Config, metadata: MetaData) -> tuple[list[Finding], Catalog]:
    """Compare the tables of the models with those of the migrations, on scratch databases.

    Returns:
        What differs, and the catalogue at head.

    Raises:
        StrataError: no scratch database can be had, or a revision fails.
    """
    with (
        head.head_database(config, metadata) as at_head,
        connect(at_head, read_only=True) as connection,
    ):
        migrated = catalog.read(connection)
        with scratch.database(config) as url, connect(url) as elsewhere:
            try:
                _create(elsewhere, metadata, migrated)
            except (DBAPIError, CompileError) as error:
                return [_creation_failure(error)], migrated
            modelled = catalog.read(elsewhere).with_names_of(migrated, _names(metadata))
        # The name of a column's own sequence stays when its table is renamed; nothing uses it.
        named = ("named", "sequence")
        between = [
            each
            for each in catalog.differences(modelled.without(*named), migrated.without(*named))
            if not _is_python_default(each, metadata)
        ]
        operations = _operations(config, connection, metadata, {_table(each) for each in between})
    return list(_findings(config, metadata, operations, between)), migrated


def _names(metadata: MetaData) -> set[str]:
    """The names of constraints and indexes that the models give; the server gives the others."""
    constraints: list[Constraint | Index] = []
    for table in metadata.tables.values():
        constraints += [*table.constraints, *table.indexes]
        constraints += [each for column in table.columns for each in column.constraints]
    return {str(each.name) for each in constraints if isinstance(each.name, str)}


def _table(difference: Difference) -> str:
    return difference.key.table or difference.key.name


def _operations(
    config: Config, connection: Connection, metadata: MetaData, tables: Collection[str]
) -> list[ops.MigrateOperation]:
    """What Alembic would do in some of the tables to bring a database to the models."""
    if not tables:
        return []
    options = comparison(metadata, config.allowed)
    named, kept = options["include_name"], options["include_object"]

    def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        if kind == "table" and parents["schema_qualified_table_name"] not in tables:
            return False
        return bool(named(name, kind, parents))

    def include_object(item: Any, name: str | None, kind: str, *rest: object) -> bool:
        if kind == "table" and not {item.fullname, item.name} & set(tables):
            return False
        return bool(kept(item, name, kind, *rest))

    options |= {"include_name": include_name, "include_object": include_object}
    context = MigrationContext.configure(connection, opts=options)
    found = produce_migrations(context, metadata).upgrade_ops
    return list(walk.flatten(found.ops)) if found else []


def _is_python_default(difference: Difference, metadata: MetaData) -> bool:
    """Whether it is a default of the server that says what the model says in Python."""
    table = metadata.tables.get(difference.key.table)
    column = table.columns.get(difference.key.name) if table is not None else None
    return (
        difference.attribute == "default"
        and difference.expected is None
        and column is not None
        and server_defaults.matches_model(column, difference.found)
    )


def _create(connection: Connection, metadata: MetaData, migrated: Catalog) -> None:
    """Make the models' tables, on the schemas and extensions that the migrations make."""
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
    between: list[Difference],
) -> Iterator[Finding]:
    allowed = {(each.key.table, each.key.name) for each in between if each.is_allowed(config.allowed)}
    said = set()
    for operation in operations:
        table, name = walk.subject(operation)
        if (table, name) in allowed:
            continue
        said.add((table, name))
        file, line = find_declaration(metadata, config.root, table or name, name if table else "")
        for sentence in describe.describe(operation):
            what = f"A revision is missing: one that {sentence}."
            yield Finding("model-without-migration", what, WHY, MAKE, file, line)
    for each in between:
        subject = (each.key.table, each.key.name)
        if subject in said or subject in allowed or ("", each.key.table) in said:
            continue
        file, line = find_declaration(
            metadata, config.root, each.key.table or each.key.name, each.key.name
        )
        remedy = BY_HAND.format(allowed=f'"{each.key}"')
        yield Finding("models-differ", f"The migrations differ: {each}.", WHY, remedy, file, line)


def _creation_failure(error: DBAPIError | CompileError) -> Finding:
    reason = driver_message(error) if isinstance(error, DBAPIError) else str(error)
    return Finding(
        "models-not-made",
        f"The models' tables cannot be made in an empty database: {reason}",
        "What the migrations make could only be compared by Alembic, which sees half.",
        "Declare what they need beside them, such as a function by "
        'sqlalchemy.event.listen(metadata, "before_create", DDL(...)).',
    )
