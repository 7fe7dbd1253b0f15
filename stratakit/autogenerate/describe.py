"""Operations in words, such as "adds column users.phone"."""

from collections.abc import Iterable, Iterator

from alembic.operations import ops
from sqlalchemy import Enum
from sqlalchemy.dialects.mysql import ENUM

from stratakit.operations.walk import flatten


def describe_all(operations: Iterable[ops.MigrateOperation]) -> list[str]:
    """Return what operations do, a phrase for each, in their order.

    Args:
        operations: nested as Alembic's comparison returns them, such as `upgrade_ops.ops`.
    """
    return [phrase for operation in flatten(operations) for phrase in describe(operation)]


def describe(operation: ops.MigrateOperation) -> Iterator[str]:
    """Return what one operation does; an alteration of a column may do several things."""
    match operation:
        case ops.CreateTableOp():
            yield f"adds table {operation.table_name}"
        case ops.DropTableOp():
            yield f"drops table {operation.table_name}"
        case ops.RenameTableOp():
            yield f"renames table {operation.table_name} to {operation.new_table_name}"
        case ops.CreateTableCommentOp():
            comment = _one_line(operation.comment)
            yield f"changes comment of table {operation.table_name} to {comment}"
        case ops.DropTableCommentOp():
            yield f"drops comment of table {operation.table_name}"
        case ops.BulkInsertOp():
            yield f"inserts rows into {operation.table.name}"
        case ops.ExecuteSQLOp() if not hasattr(operation, "summary"):
            yield f"executes {_one_line(operation.sqltext)}"
        case ops.AddColumnOp():
            yield f"adds column {operation.table_name}.{operation.column.name}"
        case ops.DropColumnOp():
            yield f"drops column {operation.table_name}.{operation.column_name}"
        case ops.AlterColumnOp():
            yield from (phrase for _, phrase in describe_alteration(operation))
        case ops.CreateIndexOp():
            columns = ", ".join(
                str(getattr(column, "name", column)) for column in operation.columns
            )
            unique = "unique index" if operation.unique else "index"
            yield f"adds {unique} {operation.index_name} on {operation.table_name} ({columns})"
        case ops.DropIndexOp():
            yield f"drops index {operation.index_name} of {operation.table_name}"
        case ops.CreateForeignKeyOp():
            key = _with_name("foreign key", operation.constraint_name)
            source = operation.source_table
            if not operation.constraint_name:
                source += f" ({', '.join(operation.local_cols)})"
            yield f"adds {key} from {source} to {operation.referent_table}"
        case ops.AddConstraintOp():
            kind = operation.constraint_type.replace("_", " ")
            constraint = operation.to_constraint()
            named = _with_name(f"{kind} constraint", constraint.name)
            yield f"adds {named} on {constraint.table.name}"
        case ops.DropConstraintOp():
            named = _with_name("constraint", operation.constraint_name)
            yield f"drops {named} of {operation.table_name}"
        case _ if target := getattr(operation, "target", None):
            # Of alembic_utils: CreateOp, DropOp, ReplaceOp and RevertOp.
            verb = type(operation).__name__.removesuffix("Op").lower()
            yield f"{verb}s {getattr(target, 'type_', 'object')} {getattr(target, 'signature', '')}"
        case _ if summary := getattr(operation, "summary", ""):
            yield str(summary)
        case _:
            # Of another library, which gives its operations no words.
            subject = getattr(operation, "table_name", "the schema")
            yield f"changes {subject} by {type(operation).__name__}"


def _with_name(kind: str, name: object) -> str:
    """Return the kind of a constraint, with its name unless the database chooses that."""
    return f"{kind} {name}" if name else f"a {kind}"


def describe_alteration(operation: ops.AlterColumnOp) -> Iterator[tuple[str, str]]:
    """Return what an alteration of a column does.

    Returns:
        Pairs of what is altered, as the arguments `modify_...` of the operation name it, and a
        phrase.
    """
    column = f"{operation.table_name}.{operation.column_name}"
    if operation.modify_name is not None:
        yield "name", f"renames column {column} to {operation.modify_name}"
    if isinstance(operation.existing_type, ENUM) and isinstance(operation.modify_type, Enum):
        before, after = map(_values, (operation.existing_type, operation.modify_type))
        yield "type", f"changes values of {column} from {before} to {after}"
    elif operation.modify_type is not None:
        before, after = map(_type, (operation.existing_type, operation.modify_type))
        yield "type", f"changes type of {column} from {before} to {after}"
    if operation.modify_nullable is not None:
        nullability = "nullable" if operation.modify_nullable else "NOT NULL"
        yield "nullable", f"makes {column} {nullability}"
    if operation.modify_server_default is None:
        yield "server_default", f"drops server default of {column}"
    elif operation.modify_server_default is not False:
        default = _default(operation.modify_server_default)
        yield "server_default", f"changes server default of {column} to {default}"
    if operation.modify_comment is None:
        yield "comment", f"drops comment of {column}"
    elif operation.modify_comment is not False:
        comment = _one_line(operation.modify_comment)
        yield "comment", f"changes comment of {column} to {comment}"


def _default(default: object) -> str:
    """Return the SQL of a server default, a generated column or an identity column."""
    for attribute in ("arg", "sqltext"):
        default = getattr(default, attribute, default)
    return _one_line(default)


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def _type(type_: object) -> str:
    """Return the name of a type; some names do not tell by themselves that it has a time zone."""
    name = str(type_)
    has_time_zone = getattr(getattr(type_, "impl_instance", type_), "timezone", False)
    return f"{name} WITH TIME ZONE" if has_time_zone and "ZONE" not in name else name


def _values(type_: Enum) -> str:
    return ", ".join(map(str, type_.enums))
