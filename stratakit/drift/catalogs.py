"""The catalog of the migrations at head and that of the models, and the differences that count."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Constraint, Index, MetaData

from stratakit import catalog, scratch
from stratakit.catalog import Catalog, Difference, ObjectKey
from stratakit.catalog.mysql.foreign_key_indexes import serves_foreign_key
from stratakit.drift.model_tables import create_tables
from stratakit.engine.connect import connect
from stratakit.engine.search_path import read_search_path, use_search_path
from stratakit.orm import server_defaults
from stratakit.orm.schemas import find_table
from stratakit.runtime.environment import Environment
from stratakit.runtime.filters import EnvironmentFilter


@dataclass(frozen=True)
class CatalogComparison:
    """Two catalogs: what the models create in an empty database, and what a database has.

    Args:
        expected: the models' catalog.
        actual: the database's.
        seen: the differences, whether or not env.py compares such an attribute.
        differences: those that env.py compares, which count.
        new_indexes: the indexes of tables that the database lacks, which env.py compares.
        failures: the tables of the models that the database refuses, each with its error.
    """

    expected: Catalog
    actual: Catalog
    seen: list[Difference]
    differences: list[Difference]
    new_indexes: frozenset[ObjectKey] = frozenset()
    failures: Mapping[str, Exception] = field(default_factory=dict)


def compare_catalogs(
    project: Environment, connection: Connection, migrated: Catalog | None = None
) -> CatalogComparison:
    """Compare the models with a database at head, by a scratch database of the models.

    Args:
        project: what env.py says.
        connection: to the database at head.
        migrated: its catalog, if it was read before.

    Raises:
        StrataError: there is no server for a scratch database.
    """
    metadata = project.metadata
    actual = migrated or catalog.read(connection, project.version_table)
    with scratch.database(project.config) as url, connect(url) as model_connection:
        if connection.dialect.name == "postgresql":
            schema = project.arguments.get("version_table_schema")
            use_search_path(
                model_connection, read_search_path(connection), [schema] if schema else []
            )
        failures = create_tables(model_connection, metadata, actual)
        modelled = catalog.read(model_connection)
    modelled = modelled.with_names_of(actual, explicit_names(metadata))
    actual = actual.without_new_partitions(modelled)
    # A column's own sequence keeps its name if its table is renamed; nothing uses the name.
    expected, actual = (each.without("named", "sequence") for each in (modelled, actual))
    filters = EnvironmentFilter(project, connection)
    own_schema = connection.dialect.default_schema_name
    is_mysql = connection.dialect.name in ("mysql", "mariadb")
    seen = [
        each
        for each in catalog.differences(expected, actual)
        if table_name(each) not in failures
        and not is_python_default(each, metadata, own_schema)
        and not _is_declared(each, metadata, own_schema)
        and not (is_mysql and _is_kept_by_server(each, expected, actual))
        and filters.includes(each.key)
    ]
    differences = [each for each in seen if filters.includes_difference(each)]
    new_indexes = frozenset(
        key
        for key in expected
        if key.kind == "index"
        and ObjectKey("table", "", key.table) not in actual
        and filters.includes(key)
    )
    return CatalogComparison(expected, actual, seen, differences, new_indexes, failures)


def explicit_names(metadata: MetaData) -> set[str]:
    """Return the names of constraints and indexes that the models give, not the server."""
    constraints: list[Constraint | Index] = []
    for table in metadata.tables.values():
        constraints += [*table.constraints, *table.indexes]
        constraints += [each for column in table.columns for each in column.constraints]
    return {str(each.name) for each in constraints if isinstance(each.name, str)}


def table_name(difference: Difference) -> str:
    """Return the table of a difference, or the object that belongs to no table."""
    return difference.key.table or difference.key.name


def is_python_default(
    difference: Difference, metadata: MetaData, default_schema: str | None = None
) -> bool:
    """Return whether a difference is a server default equal to the model's default in Python."""
    table = find_table(metadata, difference.key.table, default_schema)
    column = table.columns.get(difference.key.name) if table is not None else None
    return (
        difference.attribute == "default"
        and difference.expected is None
        and column is not None
        and server_defaults.matches_model(column, difference.actual)
    )


def _is_kept_by_server(difference: Difference, expected: Catalog, actual: Catalog) -> bool:
    """Return whether MySQL keeps an index that the models lack, because a foreign key needs it."""
    return (
        difference.key.kind == "index"
        and difference.expected is None
        and not difference.attribute
        and serves_foreign_key(difference.key, actual, expected)
    )


def _is_declared(difference: Difference, metadata: MetaData, default_schema: str | None) -> bool:
    """Return whether models declare an index or a constraint that only the migrations create.

    By `ddl_if()` a model may create it on another kind of database alone. Alembic compares it.
    """
    if difference.attribute or difference.expected is not None:
        return False
    table = find_table(metadata, difference.key.table, default_schema)
    declared: list[Constraint | Index] = []
    if table is not None:
        declared += [*table.indexes, *table.constraints]
    return any(each.name == difference.key.name for each in declared)
