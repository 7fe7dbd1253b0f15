"""Constraints, indexes and sequences of what was renamed: PostgreSQL renames them in place.

Dropped and made again they would be missing meanwhile, and undone before the name they need.
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

from stratakit.operations.renames import Kind, RenamePartOp

Part = Constraint | Index
MADE = (ops.CreateIndexOp, ops.CreateUniqueConstraintOp, ops.CreateForeignKeyOp)


@dataclass
class Names:
    """What was renamed: old names with the new ones.

    Args:
        tables: of tables.
        columns: of columns, behind their table.
    """

    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    def shape(self, part: Part) -> tuple[object, ...]:
        """What tells a part from the others of its table, in new names; empty where nothing does.

        Args:
            part: a constraint or an index.
        """
        match part:
            case PrimaryKeyConstraint():
                return ("primary key",)
            case UniqueConstraint():
                deferred = (bool(part.deferrable), part.initially, _options(part))
                return ("unique", *self._columns(part, part.columns), deferred)
            case ForeignKeyConstraint():
                rules = (part.ondelete, part.onupdate, bool(part.deferrable), part.initially)
                return ("foreign key", *self._columns(part, part.columns), *self._to(part), rules)
            case CheckConstraint() if part.name:
                return ("check", str(part.name).removeprefix(f"ck_{part.table.name}_"))
            case Index():
                columns = self._columns(part, part.expressions)
                return ("index", *columns, bool(part.unique), _options(part))
        return ()

    def _columns(self, part: Part, columns: Iterable[object]) -> list[str]:
        table = part.table.name if part.table is not None else ""
        names = [str(getattr(column, "name", column)) for column in columns]
        return [self.columns.get((table, name), name) for name in names]

    def _to(self, key: ForeignKeyConstraint) -> list[tuple[str, str]]:
        """The columns that a foreign key refers to, each behind its table."""
        named = [element.target_fullname.rpartition(".") for element in key.elements]
        tables = [table.rpartition(".")[2] for table, _, _ in named]
        return [
            (self.tables.get(table, table), self.columns.get((table, column), column))
            for table, (_, _, column) in zip(tables, named, strict=True)
        ]


def of_table(
    old: ops.DropTableOp,
    new: ops.CreateTableOp,
    operations: Sequence[ops.MigrateOperation],
    names: Names,
) -> list[ops.MigrateOperation]:
    """What gives the constraints, indexes and sequences of a renamed table their new names.

    Args:
        old: the table as it was.
        new: the table as it is declared.
        operations: those beside them, with the indexes of both.
        names: what was renamed.
    """
    declared = {Names().shape(part): part for part in _parts(new, operations)}
    renames = _sequences(old.table_name, new)
    for part in _parts(old, operations):
        found = declared.get(names.shape(part)) if names.shape(part) else None
        if found is not None:
            renames += _renamed(part, found, new.table_name, new.schema)
    return renames


def follow(table: ops.ModifyTableOps, names: Names) -> None:
    """Rename in a table what would be dropped and made again for the names in it.

    Args:
        table: its operations; changed in place.
        names: what was renamed.
    """
    made = {Names().shape(_part(each)): each for each in table.ops if isinstance(each, MADE)}
    for dropped in list(table.ops):
        if not isinstance(dropped, ops.DropConstraintOp | ops.DropIndexOp):
            continue
        again = made.pop(names.shape(_part(dropped)), None)
        if again is not None:
            table.ops.remove(again)
            place = table.ops.index(dropped)
            parts = (_part(dropped), _part(again))
            table.ops[place : place + 1] = _renamed(*parts, table.table_name, table.schema)


def _sequences(old: str, new: ops.CreateTableOp) -> list[ops.MigrateOperation]:
    """What renames those that PostgreSQL made for the columns that count."""
    table = new.to_table()
    return [
        RenamePartOp(
            "sequence",
            new.table_name,
            f"{old}_{column.name}_seq",
            f"{new.table_name}_{column.name}_seq",
            new.schema,
        )
        for column in table.columns
        if column.identity or (column is table.autoincrement_column and column.default is None)
    ]


def _parts(
    table: ops.CreateTableOp | ops.DropTableOp, operations: Sequence[ops.MigrateOperation]
) -> list[Part]:
    beside = [
        each
        for other in operations
        if isinstance(other, ops.ModifyTableOps)
        and (other.table_name, other.schema) == (table.table_name, table.schema)
        for each in other.ops
        if isinstance(each, ops.CreateIndexOp | ops.DropIndexOp)
    ]
    return [*table.to_table().constraints, *map(_part, beside)]


def _part(operation: ops.MigrateOperation) -> Part:
    if isinstance(operation, ops.CreateIndexOp | ops.DropIndexOp):
        return operation.to_index()
    assert isinstance(operation, ops.AddConstraintOp | ops.DropConstraintOp)
    return operation.to_constraint()


def _renamed(old: Part, new: Part, table: str, schema: str | None) -> list[ops.MigrateOperation]:
    if not old.name or not new.name or old.name == new.name:
        return []
    kind: Kind = "index" if isinstance(old, Index) else "constraint"
    return [RenamePartOp(kind, table, str(old.name), str(new.name), schema)]


def _options(part: Part) -> tuple[str, ...]:
    given = part.dialect_kwargs.items()
    return tuple(sorted(f"{name}={value}" for name, value in given if value))
