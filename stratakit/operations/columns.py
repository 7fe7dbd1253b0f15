"""The columns that an operation concerns."""

from collections.abc import Iterator

from alembic.operations import ops
from sqlalchemy import CheckConstraint

from stratakit.sql.tokenizer import tokenize, unquote


def columns_of(operation: ops.MigrateOperation) -> Iterator[str]:
    """Return the names of the columns that an operation concerns; of a CHECK, all its words."""
    match operation:
        case ops.AddColumnOp():
            yield operation.column.name
        case ops.DropColumnOp() | ops.AlterColumnOp():
            yield operation.column_name
        case ops.CreateIndexOp() | ops.DropIndexOp():
            yield from (str(column.name) for column in operation.to_index().columns)
        case ops.CreateUniqueConstraintOp():
            yield from (str(getattr(column, "name", column)) for column in operation.columns)
        case ops.CreateForeignKeyOp():
            yield from operation.local_cols
        case ops.CreateCheckConstraintOp():
            yield from map(unquote, tokenize(str(operation.condition)))
        case ops.DropConstraintOp():
            constraint = operation.to_constraint()
            if isinstance(constraint, CheckConstraint):
                yield from map(unquote, tokenize(str(constraint.sqltext)))
            else:
                columns = getattr(constraint, "columns", ())
                yield from (str(column.name) for column in columns)
