"""The filters of env.py, applied to the comparison of two catalogs."""

from typing import Any

from sqlalchemy import Column, Connection, Constraint, Index, MetaData, Table

from stratakit.catalog import Catalog, Difference, ObjectKey
from stratakit.orm.schemas import declared_schemas, find_table
from stratakit.runtime.environment import Environment

KINDS = {
    "table": "table",
    "column": "column",
    "index": "index",
    "unique constraint": "unique_constraint",
    "foreign key": "foreign_key_constraint",
    "check constraint": "check_constraint",
}
"""Alembic's words for what it compares."""

FILTERS = {"include_name", "include_object", "include_schemas"}

COMPARED = {"type": ("compare_type", True), "default": ("compare_server_default", False)}
"""The arguments by which env.py compares an attribute of a column, and Alembic's defaults."""

MODELLED = {*KINDS, "enum", "primary key"}
"""The kinds of objects that models declare."""

Item = Table | Column[Any] | Constraint | Index


class EnvironmentFilter:
    """The filters of an env.py: `include_name`, `include_object` and `include_schemas`.

    Args:
        project: what env.py says.
        connection: to the database of the catalog, from which objects are reflected.
    """

    def __init__(self, project: Environment, connection: Connection) -> None:
        self._arguments = project.arguments
        self._is_guarded = project.is_guarded
        self._metadata = project.metadata
        self._connection = connection
        self._reflected = MetaData()
        self._tables: dict[str, bool] = {}
        self._schemas: frozenset[str] | None = None
        if project.schema:
            named = project.arguments.get("version_table_schema") or ""
            self._schemas = frozenset({"", named, *declared_schemas(project.metadata)})

    def includes_difference(self, difference: Difference) -> bool:
        """Return whether a difference of the migrations from the models counts.

        What no model can declare, such as a function, only the migrations create. It counts in a
        project whose env.py calls `run_migrations`, which names it in `allowed`. Types and server
        defaults that env.py does not compare, or compares by a function of its own, are left to
        Alembic.
        """
        if difference.key.kind == "column" and difference.attribute in COMPARED:
            argument, default = COMPARED[difference.attribute]
            if self._arguments.get(argument, default) is not True:
                return False
        is_extra = not difference.attribute and difference.expected is None
        if is_extra and difference.key.kind not in MODELLED and not self._is_guarded:
            return False
        return self.includes(difference.key)

    def filter(self, objects: Catalog) -> Catalog:
        """Return the objects of the database that env.py compares."""
        if self._schemas is None and not FILTERS & self._arguments.keys():
            return objects
        return Catalog({key: value for key, value in objects.items() if self.includes(key)})

    def includes(self, key: ObjectKey) -> bool:
        """Return whether env.py compares an object.

        Objects that Alembic does not compare follow their table. If env.py chooses one of several
        schemas, the others are not the project's, unless the models name them.
        """
        if self._schemas is not None and key.schema not in self._schemas:
            return False
        table = key.name if key.kind == "table" else key.table
        if not table:
            return True
        if table not in self._tables:
            self._tables[table] = self._includes_table(table)
        if not self._tables[table] or key.kind == "table" or key.kind not in KINDS:
            return self._tables[table]
        return self._includes(KINDS[key.kind], key.name, table, _find)

    def _includes_table(self, table: str) -> bool:
        schema, _, _ = table.rpartition(".")
        if schema and not self._compares_schema(schema):
            return False
        return self._includes("table", table.rpartition(".")[2], table, lambda found, *_: found)

    def _compares_schema(self, schema: str) -> bool:
        if "include_schemas" in self._arguments and not self._arguments["include_schemas"]:
            return False
        named = self._arguments.get("include_name")
        return not named or bool(named(schema, "schema", {}))

    def _includes(self, kind: str, name: str, table: str, find: Any) -> bool:
        by_name = self._arguments.get("include_name")
        by_object = self._arguments.get("include_object")
        schema = table.rpartition(".")[0] or None
        model = find_table(self._metadata, table, self._connection.dialect.default_schema_name)
        declared = find(model, kind, name) if model is not None else None
        if by_name and declared is None:
            parents = {"schema_name": schema, "schema_qualified_table_name": table}
            if kind != "table":
                parents["table_name"] = table.rpartition(".")[2]
            if not by_name(name, kind, parents):
                return False
        if not by_object:
            return True
        reflected = find(self._reflect(table), kind, name)
        if declared is not None:
            return bool(by_object(declared, name, kind, False, reflected))
        return reflected is None or bool(by_object(reflected, name, kind, True, None))

    def _reflect(self, table: str) -> Table | None:
        schema, _, name = table.rpartition(".")
        if table not in self._reflected.tables:
            self._reflected.reflect(
                self._connection, schema=schema or None, only=lambda each, _: each == name
            )
        return self._reflected.tables.get(table)


def _find(table: Table | None, kind: str, name: str) -> Item | None:
    """Find an object of a table."""
    if table is None:
        return None
    if kind == "column":
        return table.columns.get(name)
    items: list[Constraint | Index] = [*table.indexes, *table.constraints]
    return next((each for each in items if each.name == name), None)
