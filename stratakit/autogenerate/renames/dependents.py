"""Constraints, indexes and sequences whose names or columns a rename changes, on PostgreSQL.

PostgreSQL renames them in place. Dropped and created again they would be missing in between, and a
downgrade would drop them before the rename gives their columns the names that it needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from stratakit.operations import walk
from stratakit.operations.renames import ItemKind, RenameItemOp

SchemaItem = Constraint | Index
CREATES = (ops.CreateIndexOp, ops.CreateUniqueConstraintOp, ops.CreateForeignKeyOp)


@dataclass
class RenameMap:
    """The renames of a change.

    Args:
        tables: the new names of tables by their old ones.
        columns: the new names of columns by their tables and their old names.
    """

    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    def signature(self, item: SchemaItem) -> tuple[object, ...]:
        """Return what identifies an item within its table apart from its name.

        Args:
            item: a constraint or an index.

        Returns:
            The kind, the columns under their new names, and the options; empty for a CHECK without
            a name, which nothing identifies.
        """
        match item:
            case PrimaryKeyConstraint():
                return ("primary key",)
            case UniqueConstraint():
                deferred = (bool(item.deferrable), item.initially, _options(item))
                return ("unique", *self._columns(item, item.columns), deferred)
            case ForeignKeyConstraint():
                rules = (item.ondelete, item.onupdate, bool(item.deferrable), item.initially)
                columns = self._columns(item, item.columns)
                return ("foreign key", *columns, *self._referenced_columns(item), rules)
            case CheckConstraint() if item.name:
                return ("check", str(item.name).removeprefix(f"ck_{item.table.name}_"))
            case Index():
                columns = self._columns(item, item.expressions)
                return ("index", *columns, bool(item.unique), _options(item))
        return ()

    def _columns(self, item: SchemaItem, columns: Iterable[object]) -> list[str]:
        table = item.table.name if item.table is not None else ""
        names = [str(getattr(column, "name", column)) for column in columns]
        return [self.columns.get((table, name), name) for name in names]

    def _referenced_columns(self, key: ForeignKeyConstraint) -> list[tuple[str, str]]:
        """Return the columns that a foreign key references, each after its table."""
        targets = [element.target_fullname.rpartition(".") for element in key.elements]
        tables = [table.rpartition(".")[2] for table, _, _ in targets]
        return [
            (self.tables.get(table, table), self.columns.get((table, column), column))
            for table, (_, _, column) in zip(tables, targets, strict=True)
        ]


def rename_dependents_of_table(
    old: ops.DropTableOp,
    new: ops.CreateTableOp,
    operations: Sequence[ops.MigrateOperation],
    renames: RenameMap,
) -> list[RenameItemOp]:
    """Return what gives the constraints, indexes and sequences of a renamed table new names.

    Args:
        old: the table in the database.
        new: the table as the models declare it.
        operations: those of the change, with the indexes of both.
        renames: the renames of the change.
    """
    declared = {RenameMap().signature(item): item for item in _items(new, operations)}
    renamed = _rename_sequences(old.table_name, new)
    for item in _items(old, operations):
        signature = renames.signature(item)
        match = declared.get(signature) if signature else None
        if match is not None:
            renamed += _rename_item(item, match, new.table_name, new.schema)
    return renamed


def rename_dependents(table: ops.ModifyTableOps, renames: RenameMap) -> None:
    """Rename what a table would otherwise drop and create again because of renames.

    Args:
        table: the operations of the table; changed in place.
        renames: the renames of the change.
    """
    created = {
        RenameMap().signature(_item(each)): each for each in table.ops if isinstance(each, CREATES)
    }
    for dropped in list(table.ops):
        if not isinstance(dropped, ops.DropConstraintOp | ops.DropIndexOp):
            continue
        recreated = created.pop(renames.signature(_item(dropped)), None)
        if recreated is not None:
            table.ops.remove(recreated)
            place = table.ops.index(dropped)
            items = (_item(dropped), _item(recreated))
            table.ops[place : place + 1] = _rename_item(*items, table.table_name, table.schema)


def _rename_sequences(old: str, new: ops.CreateTableOp) -> list[RenameItemOp]:
    """Return the renames of the sequences that PostgreSQL created for serial and identity columns.

    They are named after their table, and keep its old name.
    """
    table = new.to_table()
    return [
        RenameItemOp(
            "sequence",
            new.table_name,
            f"{old}_{column.name}_seq",
            f"{new.table_name}_{column.name}_seq",
            new.schema,
        )
        for column in table.columns
        if column.identity or (column is table.autoincrement_column and column.default is None)
    ]


def _items(
    table: ops.CreateTableOp | ops.DropTableOp, operations: Sequence[ops.MigrateOperation]
) -> list[SchemaItem]:
    indexes = [
        each
        for each in walk.flatten(operations)
        if isinstance(each, ops.CreateIndexOp | ops.DropIndexOp)
        and (each.table_name, each.schema) == (table.table_name, table.schema)
    ]
    # SQLAlchemy keeps the constraints of a table in a set.
    constraints = sorted(table.to_table().constraints, key=lambda each: str(each.name))
    return [*constraints, *map(_item, indexes)]


def _item(operation: ops.MigrateOperation) -> SchemaItem:
    if isinstance(operation, ops.CreateIndexOp | ops.DropIndexOp):
        return operation.to_index()
    assert isinstance(operation, ops.AddConstraintOp | ops.DropConstraintOp)
    return operation.to_constraint()


def _rename_item(
    old: SchemaItem, new: SchemaItem, table: str, schema: str | None
) -> list[RenameItemOp]:
    if not old.name or not new.name or old.name == new.name:
        return []
    kind: ItemKind = "index" if isinstance(old, Index) else "constraint"
    return [RenameItemOp(kind, table, str(old.name), str(new.name), schema)]


def _options(item: SchemaItem) -> tuple[str, ...]:
    options = item.dialect_kwargs.items()
    return tuple(sorted(f"{name}={value}" for name, value in options if value))
