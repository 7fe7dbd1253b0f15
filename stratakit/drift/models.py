"""Comparison of the models with the migrations, by two catalogs and by Alembic.

The catalogs show more, and at once. Alembic compares the tables in which they differ, because its
operations name the missing revision.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Constraint, Index, MetaData

from stratakit import catalog, scratch
from stratakit.autogenerate import describe
from stratakit.catalog import Catalog, Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.drift.model_tables import create_tables, is_missing_object
from stratakit.engine.connect import connect
from stratakit.engine.errors import driver_error, driver_message
from stratakit.operations import walk
from stratakit.orm import server_defaults
from stratakit.orm.source_location import find_declaration
from stratakit.runtime.arguments import comparison_arguments
from stratakit.runtime.environment import Environment
from stratakit.runtime.filters import EnvironmentFilter
from stratakit.scratch import head
from stratakit.scratch.revision import is_without_models, missing_models_error

DETAIL = "A database that is migrated is not what the code expects of it."
CREATE_HINT = f'Make it: {MIGRATE} create "what changes"'
BY_HAND_HINT = (
    f'Write it manually: {MIGRATE} create --empty "what changes"\n'
    "What a model cannot express, and is meant, is named in strata.toml: allowed = [{allowed}]"
)


def compare_models(project: Environment) -> tuple[list[Finding], Catalog]:
    """Compare the tables of the models with those of the migrations, on scratch databases.

    Returns:
        The differences, and the catalog at head.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails.
    """
    config, metadata = project.config, project.metadata
    with (
        head.head_database(project) as at_head,
        connect(at_head, read_only=True) as connection,
    ):
        filters = EnvironmentFilter(project, connection)
        migrated = catalog.read(connection, project.version_table)
        if is_without_models(metadata, [key.name for key in migrated if key.kind == "table"]):
            error = missing_models_error()
            return [Finding("no-models", error.message, error.detail, error.hint)], migrated
        with scratch.database(config) as url, connect(url) as model_connection:
            failures = create_tables(model_connection, metadata, migrated)
            modelled = catalog.read(model_connection)
        modelled = modelled.with_names_of(migrated, explicit_names(metadata))
        # A column's own sequence keeps its name if its table is renamed; nothing uses the name.
        expected, actual = (each.without("named", "sequence") for each in (modelled, migrated))
        seen = [
            each
            for each in catalog.differences(expected, actual)
            if _table_name(each) not in failures
            and not _is_python_default(each, metadata)
            and not _is_declared(each, metadata)
            and filters.includes(each.key)
        ]
        differences = [each for each in seen if filters.includes_difference(each)]
        # What has no DDL on this database, Alembic cannot compare either.
        refused = {name for name, error in failures.items() if driver_error(error)}
        tables = {_table_name(each) for each in seen} | refused
        # Alembic only names the missing revision: what differs is known without it.
        operations: list[ops.MigrateOperation] = []
        with suppress(Exception), connection.begin_nested():
            operations = alembic_operations(project, connection, tables)
    findings = [*_creation_findings(project, failures)]
    return [*findings, *_findings(config, metadata, operations, differences)], migrated


def explicit_names(metadata: MetaData) -> set[str]:
    """Return the names of constraints and indexes that the models give, not the server."""
    constraints: list[Constraint | Index] = []
    for table in metadata.tables.values():
        constraints += [*table.constraints, *table.indexes]
        constraints += [each for column in table.columns for each in column.constraints]
    return {str(each.name) for each in constraints if isinstance(each.name, str)}


def _table_name(difference: Difference) -> str:
    return difference.key.table or difference.key.name


def alembic_operations(
    project: Environment, connection: Connection, tables: Collection[str]
) -> list[ops.MigrateOperation]:
    """Return Alembic's operations that bring some tables of a database to the models.

    Args:
        project: what env.py says, with the models.
        connection: to the database.
        tables: the names of the tables, with their schemas unless that is the connection's own.
    """
    if not tables:
        return []
    options = comparison_arguments(project.config, project.arguments)
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
    operations = produce_migrations(context, options["target_metadata"]).upgrade_ops
    return list(walk.flatten(operations.ops)) if operations else []


def _is_python_default(difference: Difference, metadata: MetaData) -> bool:
    """Return whether a difference is a server default equal to the model's default in Python."""
    table = metadata.tables.get(difference.key.table)
    column = table.columns.get(difference.key.name) if table is not None else None
    return (
        difference.attribute == "default"
        and difference.expected is None
        and column is not None
        and server_defaults.matches_model(column, difference.actual)
    )


def _is_declared(difference: Difference, metadata: MetaData) -> bool:
    """Return whether models declare an index or a constraint that only the migrations create.

    By `ddl_if()` a model may create it on another kind of database alone. Alembic compares it.
    """
    if difference.attribute or difference.expected is not None:
        return False
    table = metadata.tables.get(difference.key.table)
    declared: list[Constraint | Index] = []
    if table is not None:
        declared += [*table.indexes, *table.constraints]
    return any(each.name == difference.key.name for each in declared)


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
        if table or name:
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


def _creation_findings(
    project: Environment, failures: Mapping[str, Exception]
) -> Iterator[Finding]:
    """Report the tables that the database refuses, unless it only lacks what migrations create."""
    for table, error in failures.items():
        if is_missing_object(error):
            continue
        reason = driver_message(error) if driver_error(error) else str(error)
        file, line = find_declaration(project.metadata, project.config.root, table, "")
        yield Finding(
            "models-not-made",
            f"The table {table} of the models cannot be created in an empty database: {reason}",
            "Only Alembic compares it, which does not see everything.",
            "Declare what it needs, such as a function by "
            'sqlalchemy.event.listen(metadata, "before_create", DDL(...)).',
            file,
            line,
        )
