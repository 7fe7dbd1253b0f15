"""Server defaults that are equal in other words, as a plugin of Alembic's comparison.

Alembic's own hook, a function as `compare_server_default`, fails on identity and generated columns.
"""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AlterColumnOp
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnElement,
    Connection,
    DefaultClause,
    Identity,
    Text,
    cast,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.types import TypeEngine

from stratakit.orm import server_defaults

PLUGIN = "stratakit.server_defaults"
UNCERTAIN = (JSON, DOMAIN)
"""The types that may lack an equality operator, as SQLAlchemy reflects them."""
NOW = {"now", "current_timestamp"}


def _compare(
    context: AutogenContext,
    operation: AlterColumnOp,
    _schema: Any,
    _table: Any,
    _name: Any,
    reflected: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """Stop the comparison if MariaDB's `current_timestamp()` is `now()`, or Python's default."""
    expression = getattr(reflected.server_default, "arg", None)
    is_now = {_normalize(each.server_default) for each in (reflected, declared)} <= NOW
    if is_now or server_defaults.matches_model(
        declared, None if expression is None else str(expression)
    ):
        return PriorityDispatchResult.STOP
    old, new = reflected.server_default, declared.server_default
    if isinstance(old, Identity) != isinstance(new, Identity):
        # Alembic asserts that no default takes the place of an identity, and passes over NULL.
        operation.existing_server_default, operation.modify_server_default = old, new
        if reflected.nullable != declared.nullable:
            operation.modify_nullable = declared.nullable
        return PriorityDispatchResult.STOP
    if context.connection is not None and context.connection.dialect.name == "postgresql":
        return _compare_texts(context.connection, operation, reflected, declared)
    return PriorityDispatchResult.CONTINUE


def _compare_texts(
    connection: Connection,
    operation: AlterColumnOp,
    reflected: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """Compare the texts of two defaults of a type without an equality operator, such as json.

    Alembic asks PostgreSQL whether they are equal, which is an error for such a type.
    """
    old, new = reflected.server_default, declared.server_default
    if not isinstance(old, DefaultClause) or not isinstance(new, DefaultClause):
        return PriorityDispatchResult.CONTINUE
    if _has_equality(connection, reflected.type):
        return PriorityDispatchResult.CONTINUE
    operation.existing_server_default = old
    type_ = reflected.type
    texts = [cast(cast(_expression(each), type_), Text) for each in (old, new)]
    if not connection.scalar(select(texts[0] == texts[1])):
        operation.modify_server_default = new
    return PriorityDispatchResult.STOP


def _has_equality(connection: Connection, type_: TypeEngine[Any]) -> bool:
    element = type_.item_type if isinstance(type_, ARRAY) else type_
    if not isinstance(element, UNCERTAIN):
        return True
    try:
        with connection.begin_nested():
            connection.execute(select(cast(null(), element) == cast(null(), element)))
    except ProgrammingError:
        return False
    return True


def _expression(default: DefaultClause) -> "ColumnElement[Any]":
    argument = default.arg
    if isinstance(argument, str):
        return literal(argument, Text)
    return argument if isinstance(argument, ColumnElement) else literal_column(str(argument))


def _normalize(default: object) -> str:
    return str(getattr(default, "arg", default)).lower().strip("()")


_plugin = Plugin(PLUGIN)
_plugin.add_autogenerate_comparator(
    _compare, "column", "server_default", priority=DispatchPriority.FIRST
)
