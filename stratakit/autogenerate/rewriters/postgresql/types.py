"""A column that gets another type on PostgreSQL, and the rows that are there with it."""

import re
from typing import Any

from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import NullType

from stratakit.autogenerate.rewriters.steps import Operations

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
QUOTE = DIALECT.identifier_preparer.quote
TEXT = "text"
NUMBER = "number"
# Between the types of one kind PostgreSQL casts by itself, and to text from everywhere:
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
BUILT_IN = re.compile(r"[A-Z]\w*")


def altered(operation: ops.AlterColumnOp, table: Table | None) -> tuple[Operations, Operations]:
    """Alter a column, with the cast that PostgreSQL does not make by itself.

    Args:
        operation: Alembic's; changed in place.
        table: as the models declare it.

    Returns:
        The operations, and those that undo them.
    """
    old, new = operation.existing_type, operation.modify_type
    if old is None or new is None or isinstance(old, NullType):
        return [operation], [operation.reverse()]
    there, back = using(operation.column_name, old, new), using(operation.column_name, new, old)
    if there or back:
        _keep_default(operation, table)
    undo = operation.reverse()
    return [*_cast(operation, there), operation], [*_cast(undo, back), undo]


def using(column: str, old: Any, new: Any) -> str:
    """The expression that makes a column's values those of another type.

    Args:
        column: its name.
        old: the type that it has.
        new: the type that it gets.

    Returns:
        The expression in SQL; empty where PostgreSQL casts by itself.
    """
    name = QUOTE(column)
    had, type_ = (str(each.compile(dialect=DIALECT)) for each in (old, new))
    before, after = _kind(had), _kind(type_)
    if after in (before, TEXT):
        return ""
    if (before, after) == (NUMBER, "BOOLEAN"):
        return f"{name} <> 0"
    if (before, after) == ("BOOLEAN", NUMBER):
        # It has a cast to this one alone.
        return f"{name}::INTEGER" if type_ == "INTEGER" else f"{name}::INTEGER::{type_}"
    # An enum has casts to text and from there alone.
    cast = before == TEXT or (BUILT_IN.match(had) and BUILT_IN.match(type_))
    return f"{name}::{type_}" if cast else f"{name}::TEXT::{type_}"


def _kind(type_: str) -> str:
    """What a type is beside others, by its name in SQL; one that is not built in is its own."""
    built_in = BUILT_IN.match(type_)
    word = built_in[0] if built_in else type_
    kind = next((kind for kind, words in KINDS.items() if word in words), word)
    return f"{kind}[]" if built_in and type_.endswith("[]") else kind


def _keep_default(operation: ops.AlterColumnOp, table: Table | None) -> None:
    """Let a default that stays be given anew: as the models have it, in the new type."""
    there = operation.existing_server_default
    if operation.modify_server_default is False and isinstance(there, DefaultClause):
        declared = table.columns.get(operation.column_name) if table is not None else None
        operation.modify_server_default = there if declared is None else declared.server_default


def _cast(operation: ops.AlterColumnOp, expression: str) -> list[ops.MigrateOperation]:
    """Say the cast; a default has none, so that it goes before."""
    if not expression:
        return []
    operation.kw["postgresql_using"] = expression
    default = operation.existing_server_default
    if not isinstance(default, DefaultClause):
        return []
    return [
        ops.AlterColumnOp(
            operation.table_name,
            operation.column_name,
            schema=operation.schema,
            existing_type=operation.existing_type,
            existing_server_default=default,
            modify_server_default=None,
        )
    ]
