"""Operations for the differences of two catalogs that Alembic's comparison does not find."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.schema import CreateSequence, DefaultClause, DropSequence

from stratakit.alembic_private import sequences
from stratakit.catalog import Difference, ObjectKey
from stratakit.drift import sqlite_indexes
from stratakit.drift.items import Item, create_item, drop_item
from stratakit.drift.recreated_column import is_added, recreate_column
from stratakit.operations import walk
from stratakit.operations.enums import DropEnumOp
from stratakit.operations.statements import StatementOp, drop_schema

KINDS: dict[str, tuple[type[Item], ...]] = {
    "index": (Index, UniqueConstraint),
    "unique constraint": (UniqueConstraint,),
    "check constraint": (CheckConstraint,),
    "foreign key": (ForeignKeyConstraint,),
}
"""Items of a model by the kind of the catalog: a unique constraint of MySQL is an index."""


class Completion:
    """The operations of a comparison, to which others are added.

    Args:
        operations: those of Alembic, nested; changed in place.
        differences: those that they do not remove.
        new_indexes: the indexes of tables that the database lacks.
        metadata: the tables of the models.
        connection: to the database.
    """

    def __init__(
        self,
        operations: list[ops.MigrateOperation],
        differences: list[Difference],
        new_indexes: Collection[ObjectKey],
        metadata: MetaData,
        connection: Connection,
    ) -> None:
        self._operations = operations
        self._differences = differences
        self._new_indexes = new_indexes
        self._metadata = metadata
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._default_schema = connection.dialect.default_schema_name or ""
        self._reflected = MetaData()

    def complete(self) -> None:
        """Add the operations that remove the differences, as far as there are any."""
        self._create_indexes_of_new_tables()
        handled: set[tuple[str, str, str]] = set()
        for difference in self._differences:
            key = difference.key
            match key.kind:
                case "column" if difference.attribute:
                    self._alter_column(difference)
                case "index" | "unique constraint" | "check constraint" | "foreign key":
                    if (key.kind, key.table, key.name) not in handled:
                        handled.add((key.kind, key.table, key.name))
                        self._replace(difference)
                case "enum" if difference.expected is None and not difference.attribute:
                    self._drop_enum(key.name)
                case "sequence" if difference.actual is None and not key.table:
                    self._create_sequence(key.name)
                case "schema" if difference.expected is None and not difference.attribute:
                    self._drop_schema(key.name)
        if self._is_sqlite:
            sqlite_indexes.complete_drops(self._operations, self._connection)

    def _create_indexes_of_new_tables(self) -> None:
        """Add the indexes that Alembic leaves out because it cannot reflect their like."""
        for create in [each for each in self._operations if isinstance(each, ops.CreateTableOp)]:
            name = walk.catalog_table(create, self._default_schema)
            table = self._table(name)
            found = {
                each.index_name
                for each in walk.flatten(self._operations)
                if isinstance(each, ops.CreateIndexOp) and each.table_name == create.table_name
            }
            if table is not None:
                self._add(
                    table,
                    *(
                        ops.CreateIndexOp.from_index(each)
                        for each in sorted(table.indexes, key=lambda each: str(each.name))
                        if each.name not in found
                        and ObjectKey("index", name, str(each.name)) in self._new_indexes
                    ),
                )

    def _alter_column(self, difference: Difference) -> None:
        table, reflected = self._table(difference.key.table), self._reflect(difference.key.table)
        name = difference.key.name
        if table is None or reflected is None or name not in table.columns:
            return
        if is_added(self._operations, table, name):
            return
        column, before = table.columns[name], reflected.columns[name]
        if difference.attribute in ("generated", "expression"):
            recreate_column(self._operations, table, reflected, name, in_batches=self._is_sqlite)
            return
        if difference.attribute == "type" and self._is_synonym(before, column):
            return
        operation = self._alteration(table, before)
        match difference.attribute:
            case "type" | "collation":
                operation.modify_type = column.type
            case "not null":
                operation.modify_nullable = column.nullable
            case "default" | "identity":
                operation.existing_server_default = _server_default(before)
                operation.modify_server_default = _server_default(column)
            case "comment":
                operation.modify_comment = column.comment
        if operation.has_changes() and operation not in walk.flatten(self._operations):
            self._add(table, operation)

    def _is_synonym(self, before: "Column[Any]", column: "Column[Any]") -> bool:
        """Return whether SQLite, which keeps a type as it was written, has it in other words."""
        dialect = self._connection.dialect
        types = {each.type.compile(dialect) for each in (before, column)}
        return self._is_sqlite and len(types) == 1

    def _alteration(self, table: Table, before: "Column[Any]") -> ops.AlterColumnOp:
        """Return the alteration of a column that there is, or a new one without changes."""
        for each in walk.flatten(self._operations):
            if (
                isinstance(each, ops.AlterColumnOp)
                and (each.schema, each.table_name) == (table.schema, table.name)
                and each.column_name == before.name
            ):
                return each
        return ops.AlterColumnOp(
            table.name,
            before.name,
            schema=table.schema,
            existing_type=before.type,
            existing_nullable=before.nullable,
            existing_server_default=_server_default(before) or False,
            existing_comment=before.comment,
        )

    def _replace(self, difference: Difference) -> None:
        """Drop a constraint or an index of the database, and create the one of the model."""
        key = difference.key
        table, reflected = self._table(key.table), self._reflect(key.table)
        if table is None or reflected is None:
            return
        before = _find(reflected, key.kind, key.name)
        after = _find(table, key.kind, key.name)
        added: list[ops.MigrateOperation] = []
        if difference.attribute or difference.expected is None:
            if before is not None:
                added.append(drop_item(before))
            elif key.kind == "index" and self._is_sqlite:
                added += sqlite_indexes.drop_by_text(self._connection, key.name, reflected.name)
        if difference.attribute or difference.actual is None:
            if after is None:
                return
            added.append(create_item(after))
        self._add(table, *added)

    def _drop_enum(self, name: str) -> None:
        kinds = {each.key.kind for each in self._differences if each.expected is None}
        if "table" in kinds:
            # One that Alembic was told to leave out, and whose columns may be of the enum.
            return
        schema, _, own_name = name.rpartition(".")
        found = inspect(self._connection).get_enums(schema=schema or None)  # type: ignore[attr-defined]
        for enum in found:
            if enum["name"] == own_name:
                drop = DropEnumOp(own_name, enum["labels"], schema=schema or None)
                self._operations.append(drop)

    def _create_sequence(self, name: str) -> None:
        for sequence in sequences(self._metadata):
            schema = sequence.schema or self._metadata.schema
            if walk.qualified(schema, sequence.name, self._default_schema) == name:
                dialect = self._connection.dialect
                create = str(CreateSequence(sequence).compile(dialect=dialect)).strip()
                drop = str(DropSequence(sequence).compile(dialect=dialect)).strip()
                texts = (f"adds sequence {name}", f"drops sequence {name}")
                self._operations.insert(0, StatementOp(create, drop, *texts))

    def _drop_schema(self, name: str) -> None:
        """Drop a schema with the last table in it; another may have been there before."""
        drops = (each for each in self._operations if isinstance(each, ops.DropTableOp))
        if any(each.schema == name for each in drops):
            quoted = self._connection.dialect.identifier_preparer.quote(name)
            self._operations.append(drop_schema(name, quoted))

    def _add(self, table: Table, *operations: ops.MigrateOperation) -> None:
        if operations:
            container = ops.ModifyTableOps(table.name, list(operations), schema=table.schema)
            self._operations.append(container)

    def _table(self, name: str) -> Table | None:
        """Return the table of the models that a catalog names."""
        return self._tables.get(name)

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {
            walk.qualified(table.schema, table.name, self._default_schema): table
            for table in self._metadata.tables.values()
        }

    def _reflect(self, name: str) -> Table | None:
        table = self._table(name)
        if table is None:
            return None
        full_name = f"{table.schema}.{table.name}" if table.schema else table.name
        if full_name not in self._reflected.tables:
            self._reflected.reflect(
                self._connection,
                schema=table.schema,
                only=lambda each, _: each == table.name,
                resolve_fks=False,
            )
        return self._reflected.tables.get(full_name)


def _server_default(column: "Column[Any]") -> Any:
    """Return the server default of a column, or its identity; None without one."""
    default = column.identity or column.server_default
    return default if isinstance(default, DefaultClause | Identity) else None


def _find(table: Table, kind: str, name: str) -> Item | None:
    """Find a constraint or an index of a table by the name that a catalog has for it."""
    items: Iterable[Item] = [
        *table.indexes,
        *table.constraints,
        *(each for column in table.columns for each in column.constraints),
    ]
    found = [each for each in items if isinstance(each, KINDS[kind])]
    return next(
        (each for each in found if str(each.name or "").casefold() == name.casefold()), None
    )
