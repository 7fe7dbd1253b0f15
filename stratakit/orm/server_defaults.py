"""Server defaults from a model's scalar defaults: old code inserts without the new column."""

import re
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, false, true
from sqlalchemy import Enum as EnumType
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Literal = str | ColumnElement[bool]
FALSE, TRUE = ("false", "0"), ("true", "1")
CAST = re.compile(r"::[\w\s.\"]+(\(\d+(,\s*\d+)?\))?$")


def literal(column: "Column[Any]") -> Literal | None:
    """Return the `server_default` that is equal to a column's scalar `default`.

    Returns:
        A string, `true()` or `false()`; None without a default, or with one that is not the same
        value for all rows.
    """
    default = column.default
    if not isinstance(default, ScalarElementColumnDefault):
        return None
    value = default.arg
    if isinstance(value, bool):
        return true() if value else false()
    if isinstance(value, Enum) and isinstance(column.type, EnumType):
        stored = column.type.bind_processor(DefaultDialect())  # type: ignore[no-untyped-call]
        return str(stored(value)) if stored else None
    return str(value) if isinstance(value, str | int | float | Decimal) else None


def has_server_value(column: "Column[Any]") -> bool:
    """Return whether a column that an INSERT leaves out gets a value other than NULL."""
    return bool(column.server_default or column.computed or column.identity)


def matches_model(column: "Column[Any]", server_default: str | None) -> bool:
    """Return whether a server default is equal to the model's own default.

    Args:
        column: as the model declares it.
        server_default: as the database reports it, such as `'new'::character varying`.
    """
    value = literal(column)
    if value is None or server_default is None or column.server_default is not None:
        return False
    literal_text = _without_casts(server_default)
    if isinstance(value, str):
        is_quoted = literal_text[:1] == literal_text[-1:] == "'"
        return value == (literal_text[1:-1].replace("''", "'") if is_quoted else literal_text)
    return literal_text.strip("'").lower() in (TRUE if column.default.arg else FALSE)  # type: ignore[union-attr]


def _without_casts(expression: str) -> str:
    """Return an expression without the casts and the parentheses around it."""
    text = expression.strip()
    inner = CAST.sub("", text[1:-1] if text.startswith("(") and text.endswith(")") else text)
    return text if inner == text else _without_casts(inner)
