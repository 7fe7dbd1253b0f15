"""Walking and naming Alembic's operations."""

from collections.abc import Iterable, Iterator

from alembic.operations import ops
from sqlalchemy import ForeignKey

TableOp = ops.CreateTableOp | ops.DropTableOp | ops.ModifyTableOps
"""An operation of a whole table, or the container of all that one table has."""


def flatten(operations: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    """Return the operations without the containers around them, in their order.

    Args:
        operations: nested as Alembic's comparison returns them, such as `upgrade_ops.ops`.
    """
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            yield from flatten(operation.ops)
        else:
            yield operation


def table_key(operation: TableOp) -> tuple[str | None, str]:
    """Return the schema and the name of the table of an operation."""
    return (operation.schema, operation.table_name)


def full_name(operation: ops.MigrateOperation) -> str:
    """Return the table of an operation, after its schema if it has one."""
    names = (getattr(operation, "schema", None), getattr(operation, "table_name", None))
    return ".".join(filter(None, names))


def referenced_table(key: ForeignKey) -> str:
    """Return the table that a foreign key references, after its schema if it has one."""
    return key.target_fullname.rpartition(".")[0]


def subject(operation: ops.MigrateOperation) -> tuple[str, str]:
    """Return the table of an operation, and the name of the object that it concerns.

    The table is empty if the object is a table itself.
    """
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


def qualified(schema: str | None, name: str, default_schema: str) -> str:
    """Return a name as a catalog writes it: after its schema unless that is the connection's own.

    Args:
        schema: the schema; None for the connection's own.
        name: a table, an enum or a sequence.
        default_schema: the connection's own schema.
    """
    return name if schema in (None, default_schema) else f"{schema}.{name}"


def catalog_table(operation: ops.MigrateOperation, default_schema: str) -> str:
    """Return the table of an operation as a catalog names it; empty if it has none."""
    name = getattr(operation, "table_name", getattr(operation, "source_table", ""))
    schema = getattr(operation, "schema", None)
    if isinstance(operation, ops.CreateForeignKeyOp):
        schema = operation.kw.get("source_schema")
    return qualified(schema, str(name), default_schema)
