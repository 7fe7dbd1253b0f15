"""A column that gets another type, with the values of its rows."""

import re
from typing import Any

from alembic.operations import ops
from sqlalchemy import Identity, Table
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import NullType, TypeEngine

from stratakit.autogenerate.change import Operations
from stratakit.autogenerate.steps.postgresql.sql import compile_type, quote

TEXT = "text"
NUMBER = "number"
# PostgreSQL casts between the types of one kind by itself, and from every type to text:
# https://www.postgresql.org/docs/current/sql-createcast.html
KINDS = {
    TEXT: ("CHAR", "CITEXT", "TEXT", "VARCHAR"),
    NUMBER: (
        *("SMALLINT", "INTEGER", "BIGINT", "NUMERIC", "DECIMAL"),
        *("REAL", "FLOAT", "DOUBLE", "MONEY"),
    ),
    "time": ("DATE", "TIMESTAMP", "TIME", "INTERVAL"),
    "json": ("JSON", "JSONB"),
    "network": ("INET", "CIDR"),
}
CASTS = {("json", NUMBER), ("json", "BOOLEAN"), (NUMBER, "BIT"), ("BIT", NUMBER)}
"""The kinds between which PostgreSQL casts only on request."""
BUILT_IN = re.compile(r"[A-Z]\w*")


def change_type(operation: ops.AlterColumnOp, table: Table | None) -> tuple[Operations, Operations]:
    """Add to an alteration the cast that PostgreSQL does not do by itself.

    Args:
        operation: Alembic's; changed in place.
        table: the table as the models declare it.

    Returns:
        The operations, and those that undo them.
    """
    old, new = operation.existing_type, operation.modify_type
    cast = reverse_cast = ""
    if old is not None and new is not None and not isinstance(old, NullType):
        cast = cast_expression(operation.column_name, old, new)
        reverse_cast = cast_expression(operation.column_name, new, old)
    if cast or reverse_cast:
        _keep_default(operation, table)
    undo = operation.reverse()
    return _alter(operation, cast), _alter(undo, reverse_cast)


def cast_expression(column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> str:
    """Return the SQL expression that converts the values of a column to another type.

    Args:
        column: the name of the column.
        old: the type that it has.
        new: the type that it gets.

    Returns:
        The expression; empty if PostgreSQL casts by itself.
    """
    name = quote(column)
    old_type, new_type = compile_type(old), compile_type(new)
    before, after = _kind(old_type), _kind(new_type)
    if after in (before, TEXT):
        return ""
    if (before, after) == (NUMBER, "BOOLEAN"):
        return f"{name} <> 0"
    if (before, after) == ("BOOLEAN", NUMBER):
        # A boolean has no cast to another number.
        return f"{name}::INTEGER" if new_type == "INTEGER" else f"{name}::INTEGER::{new_type}"
    # An enum or a UUID has casts from and to text alone.
    kinds = before.removesuffix("[]"), after.removesuffix("[]")
    is_castable = kinds[0] == TEXT or kinds in CASTS
    return f"{name}::{new_type}" if is_castable else f"{name}::TEXT::{new_type}"


def _kind(type_: str) -> str:
    """Return the kind of a type by its name in SQL; a type that is not built in is its own kind."""
    built_in = BUILT_IN.match(type_)
    word = built_in[0] if built_in else type_
    kind = next((kind for kind, words in KINDS.items() if word in words), word)
    return f"{kind}[]" if built_in and type_.endswith("[]") else kind


def _keep_default(operation: ops.AlterColumnOp, table: Table | None) -> None:
    """Set the server default of a column again, as the model declares it, in the new type."""
    default = operation.existing_server_default
    if operation.modify_server_default is False and isinstance(default, DefaultClause):
        column = table.columns.get(operation.column_name) if table is not None else None
        operation.modify_server_default = default if column is None else column.server_default


def _alter(operation: ops.AlterColumnOp, cast: str) -> list[ops.MigrateOperation]:
    """Return an alteration after what drops the default that is in its way.

    A default has no cast to another type. An identity and a default exclude each other, and a
    column with an identity stays NOT NULL.

    Args:
        operation: Alembic's; changed in place.
        cast: the expression that converts the values; empty without one.
    """
    if cast:
        operation.kw["postgresql_using"] = cast
    default, new = operation.existing_server_default, operation.modify_server_default
    is_kept = new is False or isinstance(default, Identity) == isinstance(new, Identity)
    if not default or (is_kept and not (cast and isinstance(default, DefaultClause))):
        return [operation]
    drop = ops.AlterColumnOp(
        operation.table_name,
        operation.column_name,
        schema=operation.schema,
        existing_type=operation.existing_type,
        existing_server_default=default,
        modify_server_default=None,
    )
    if is_kept:
        return [drop, operation]
    operation.existing_server_default = False
    if new is None:
        operation.modify_server_default = False
    return [drop, operation] if operation.has_changes() else [drop]
