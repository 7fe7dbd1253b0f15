"""A model's scalar default as one of the server: old code inserts without the new column."""

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


def literal(column: "Column[Any]") -> Literal | None:
    """The `server_default` that says what a column's scalar `default` says.

    Returns:
        A string, or true() and false(); None where there is no default, or none that is one value
        for all rows.
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


def from_server(column: "Column[Any]") -> bool:
    """Whether the server gives a row that leaves a column out something other than NULL."""
    return bool(column.server_default or column.computed or column.identity)


def matches_model(column: "Column[Any]", server_default: str | None) -> bool:
    """Whether a default of the server is what the model's own default says.

    Args:
        column: as the model declares it.
        server_default: as the database tells it, such as `'new'::character varying`.
    """
    value = literal(column)
    if value is None or server_default is None or column.server_default is not None:
        return False
    told = re.sub(r"::[\w\s.\"]+(\(\d+(,\d+)?\))?$", "", server_default.strip().strip("()"))
    told = told.strip().strip("()")
    if isinstance(value, str):
        plain = told[1:-1].replace("''", "'") if told[:1] == told[-1:] == "'" else told
        return plain == value
    return told.strip("'").lower() in (TRUE if column.default.arg else FALSE)  # type: ignore[union-attr]
