"""Schema operations in words, such as "adds column users.phone"."""

from collections.abc import Iterator

from alembic.operations import ops
from sqlalchemy import Enum
from sqlalchemy.dialects.mysql import ENUM

from stratakit.operations.walk import single


def sentences(operations: ops.OpContainer) -> Iterator[str]:
    """Say what each operation does, one sentence each, in the order in which they would run."""
    for operation in single(operations):
        yield from said(operation)


def said(operation: ops.MigrateOperation) -> Iterator[str]:
    """Say what one operation does."""
    match operation:
        case ops.CreateTableOp():
            yield f"adds table {operation.table_name}"
        case ops.DropTableOp():
            yield f"drops table {operation.table_name}"
        case ops.AddColumnOp():
            yield f"adds column {operation.table_name}.{operation.column.name}"
        case ops.DropColumnOp():
            yield f"drops column {operation.table_name}.{operation.column_name}"
        case ops.AlterColumnOp():
            yield from _changes(operation)
        case ops.CreateIndexOp():
            columns = ", ".join(
                str(getattr(column, "name", column)) for column in operation.columns
            )
            unique = "unique index" if operation.unique else "index"
            yield f"adds {unique} {operation.index_name} on {operation.table_name} ({columns})"
        case ops.DropIndexOp():
            yield f"drops index {operation.index_name} of {operation.table_name}"
        case ops.CreateForeignKeyOp():
            yield (
                f"adds foreign key {operation.constraint_name} from {operation.source_table} "
                f"to {operation.referent_table}"
            )
        case ops.AddConstraintOp():
            kind = operation.constraint_type.replace("_", " ")
            constraint = operation.to_constraint()
            yield f"adds {kind} {constraint.name} on {constraint.table.name}"
        case ops.DropConstraintOp():
            yield f"drops constraint {operation.constraint_name} of {operation.table_name}"
        case _ if said := getattr(operation, "said", ""):
            yield str(said)
        case _:
            name = type(operation).__name__.removesuffix("Op")
            yield f"{name} on {getattr(operation, 'table_name', 'the schema')}"


def _type(type_: object) -> str:
    """A type by its name, which does not say by itself whether it keeps the time zone."""
    told = str(type_)
    zoned = getattr(getattr(type_, "impl_instance", type_), "timezone", False)
    return f"{told} WITH TIME ZONE" if zoned and "ZONE" not in told else told


def _values(type_: Enum) -> str:
    return ", ".join(map(str, type_.enums))


def _changes(operation: ops.AlterColumnOp) -> Iterator[str]:
    column = f"{operation.table_name}.{operation.column_name}"
    if operation.modify_name is not None:
        yield f"renames column {column} to {operation.modify_name}"
    if isinstance(operation.existing_type, ENUM) and isinstance(operation.modify_type, Enum):
        before, after = map(_values, (operation.existing_type, operation.modify_type))
        yield f"changes values of {column} from {before} to {after}"
    elif operation.modify_type is not None:
        before, after = map(_type, (operation.existing_type, operation.modify_type))
        yield f"changes type of {column} from {before} to {after}"
    if operation.modify_nullable is not None:
        yield f"makes {column} {'nullable' if operation.modify_nullable else 'NOT NULL'}"
    if operation.modify_server_default is not False:
        verb = "drops" if operation.modify_server_default is None else "changes"
        yield f"{verb} server default of {column}"
    if operation.modify_comment is not False:
        yield f"changes comment of {column}"
