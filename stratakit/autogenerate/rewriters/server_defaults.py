"""Server defaults for NOT NULL columns that have a default in Python alone.

The rows that exist need a value, and code that does not know the column inserts without it.
"""

from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.schema import DefaultClause

from stratakit.alembic_private import copy_column
from stratakit.operations import walk
from stratakit.orm.server_defaults import has_server_value, literal

add_server_defaults = Rewriter()


@add_server_defaults.rewrites(ops.AddColumnOp)
def _add(
    _context: MigrationContext, _revision: object, operation: ops.AddColumnOp
) -> ops.MigrateOperation:
    column = operation.column
    value = literal(column)
    if not column.nullable and not has_server_value(column) and value is not None:
        # The column of the comparison is the model's own.
        operation.column = copy_column(column)
        operation.column.server_default = DefaultClause(value)
    return operation


@add_server_defaults.rewrites(ops.AlterColumnOp)
def _replace_dropped(
    context: MigrationContext, _revision: object, operation: ops.AlterColumnOp
) -> ops.MigrateOperation:
    """Replace a server default that is dropped by the one that the model has in Python."""
    if operation.modify_server_default is not None:
        return operation
    table = context.opts["target_metadata"].tables.get(walk.full_name(operation))
    column = table.columns.get(operation.column_name) if table is not None else None
    value = literal(column) if column is not None else None
    if value is not None:
        operation.modify_server_default = DefaultClause(value)
    return operation
