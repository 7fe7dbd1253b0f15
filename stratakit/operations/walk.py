"""Walking and naming Alembic operations."""

from collections.abc import Iterator

from alembic.operations import ops
from sqlalchemy import ForeignKey


def single(operations: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    """The operations, without the containers around those of one table."""
    for operation in operations.ops:
        if isinstance(operation, ops.OpContainer):
            yield from single(operation)
        else:
            yield operation


def full_name(operation: ops.MigrateOperation) -> str:
    """The table that an operation is on, with its schema where it has one."""
    names = (getattr(operation, "schema", None), getattr(operation, "table_name", None))
    return ".".join(filter(None, names))


def referred(key: ForeignKey) -> str:
    """The table that a foreign key refers to, with its schema where it has one."""
    return key.target_fullname.rpartition(".")[0]


def subject(operation: ops.MigrateOperation) -> tuple[str, str]:
    """The table and the name of what an operation is about; of a table no table and its name."""
    table = str(getattr(operation, "table_name", getattr(operation, "source_table", "")))
    match operation:
        case ops.CreateTableOp() | ops.DropTableOp():
            return "", table
        case ops.AddColumnOp():
            return table, operation.column.name
    for attribute in ("column_name", "index_name", "constraint_name", "enum_name"):
        if name := getattr(operation, attribute, None):
            return table, str(name)
    return "", table
