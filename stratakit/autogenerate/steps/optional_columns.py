"""Columns that a row may leave out, as code does that does not know them."""

from typing import Any

from alembic.operations import ops
from sqlalchemy import Column

from stratakit.alembic_private import copy_column
from stratakit.orm.server_defaults import has_server_value


def is_optional(column: "Column[Any]") -> bool:
    """Return whether code that does not know a column can insert a row."""
    return bool(column.nullable) or has_server_value(column)


def allow_null_before(
    drop: ops.DropColumnOp,
) -> tuple[list[ops.MigrateOperation], ops.MigrateOperation]:
    """Return what lets code without a column insert rows before the column is dropped.

    Args:
        drop: the drop of the column, with the column as it was.

    Returns:
        The operation that lets the column be NULL, and what undoes the drop after it. The first is
        missing if the column is optional or belongs to the primary key.
    """
    undo = drop.reverse()
    if is_optional(drop.to_column()) or undo.column.primary_key:
        return [], undo
    undo.column = copy_column(undo.column)
    undo.column.nullable = True
    allow_null = ops.AlterColumnOp(
        drop.table_name,
        drop.column_name,
        schema=drop.schema,
        existing_type=undo.column.type,
        existing_nullable=False,
        existing_comment=undo.column.comment,
        modify_nullable=True,
    )
    return [allow_null], undo
