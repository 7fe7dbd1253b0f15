"""Added columns and tables that may be dropped ones under a new name."""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import Column

from stratakit.alembic_private import type_affinity


def rename_candidates_of_column(
    operation: ops.DropColumnOp, siblings: Sequence[ops.MigrateOperation]
) -> list[ops.AddColumnOp]:
    """Return the columns of the same type that are added to the table of a dropped column."""
    return [
        other
        for other in siblings
        if isinstance(other, ops.AddColumnOp)
        and (other.schema, other.table_name) == (operation.schema, operation.table_name)
        and other.column.name != operation.column_name
        and _has_same_type(other.column, operation)
    ]


def rename_candidates_of_table(
    operation: ops.DropTableOp, siblings: Sequence[ops.MigrateOperation]
) -> list[ops.CreateTableOp]:
    """Return the tables that are created with columns of the same names as a dropped table."""
    columns = {column.name for column in operation.to_table().columns}
    return [
        other
        for other in siblings
        if isinstance(other, ops.CreateTableOp)
        and other.schema == operation.schema
        and {column.name for column in other.to_table().columns} == columns
    ]


def _has_same_type(column: "Column[object]", dropped: ops.DropColumnOp) -> bool:
    return type_affinity(column.type) is type_affinity(dropped.to_column().type)
