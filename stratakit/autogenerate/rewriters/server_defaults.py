"""A NOT NULL column gets what the model says in Python as a default of the server.

Rows that are there need a value, and code that does not know the column inserts without it.
"""

from alembic.operations import ops
from sqlalchemy import MetaData
from sqlalchemy.schema import DefaultClause

from stratakit.operations import walk
from stratakit.orm.server_defaults import has_server_value, literal


def given(script: ops.MigrationScript, metadata: MetaData) -> None:
    """Give columns that are added to a table such a default, and renew those given before."""
    for operations in script.upgrade_ops_list:
        new = {
            (operation.schema, operation.table_name)
            for operation in operations.ops
            if isinstance(operation, ops.CreateTableOp)
        }
        for table in operations.ops:
            if (
                isinstance(table, ops.ModifyTableOps)
                and (table.schema, table.table_name) not in new
            ):
                for operation in table.ops:
                    _give(operation, metadata)


def _give(operation: ops.MigrateOperation, metadata: MetaData) -> None:
    if isinstance(operation, ops.AddColumnOp):
        column = operation.column
        value = literal(column)
        if not column.nullable and not has_server_value(column) and value is not None:
            # The comparison's column is the model's own.
            operation.column = column._copy()
            operation.column.server_default = DefaultClause(value)
    elif isinstance(operation, ops.AlterColumnOp) and operation.modify_server_default is None:
        name = walk.full_name(operation)
        table = metadata.tables.get(name)
        declared = table.columns.get(operation.column_name) if table is not None else None
        value = literal(declared) if declared is not None else None
        if value is not None:
            operation.modify_server_default = DefaultClause(value)
