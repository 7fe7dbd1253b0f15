"""Dropped and added columns and tables that may be one renamed."""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import Column


def column_twins(
    operation: ops.DropColumnOp, among: Sequence[ops.MigrateOperation]
) -> list[ops.AddColumnOp]:
    """The columns of the same type that are added to the table."""
    return [
        other
        for other in among
        if isinstance(other, ops.AddColumnOp)
        and (other.schema, other.table_name) == (operation.schema, operation.table_name)
        and _same_type(other.column, operation)
    ]


def table_twins(
    operation: ops.DropTableOp, among: Sequence[ops.MigrateOperation]
) -> list[ops.CreateTableOp]:
    """The tables with columns of the same names that are added."""
    columns = {column.name for column in operation.to_table().columns}
    return [
        other
        for other in among
        if isinstance(other, ops.CreateTableOp)
        and other.schema == operation.schema
        and {column.name for column in other.to_table().columns} == columns
    ]


def _same_type(column: "Column[object]", dropped: ops.DropColumnOp) -> bool:
    # A database's own names of a type differ: DECIMAL for Numeric, TIMESTAMP for DateTime.
    return column.type._type_affinity is dropped.to_column().type._type_affinity
