"""Rows in the tables of a scratch database, so that a migration meets what it will meet."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Enum, MetaData, String, Table, insert, select, types
from sqlalchemy.exc import DBAPIError

from strata.log import LOG

NOT_FILLED = ("alembic_version", LOG.name)

# What a type's column holds in the first row, the second one, and so on.
VALUES: dict[type[types.TypeEngine[Any]], Callable[[int], Any]] = {
    types.Boolean: lambda number: bool(number % 2),
    types.Integer: lambda number: number,
    types.Numeric: lambda number: Decimal(number),
    types.Float: lambda number: float(number),
    types.DateTime: lambda number: datetime(2026, 1, number, tzinfo=UTC),
    types.Date: lambda number: date(2026, 1, number),
    types.Time: lambda number: time(number),
    types.Interval: lambda number: timedelta(days=number),
    types.Uuid: lambda number: UUID(int=number),
    types.LargeBinary: lambda number: bytes([number]),
    types.JSON: lambda number: {"number": number},
    types.ARRAY: lambda number: [],
}


def fill(connection: Connection) -> None:
    """Put two rows into every table that has none: one full, one with NULL wherever it may be.

    A table whose constraints the rows do not meet stays empty.

    Args:
        connection: outside of a transaction.
    """
    with connection.begin():
        tables = MetaData()
        tables.reflect(connection, only=lambda name, _: name not in NOT_FILLED)
        for table in tables.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                for number in (1, 2):
                    with suppress(DBAPIError), connection.begin_nested():
                        connection.execute(insert(table).values(dict(_row(table, number))))


def _row(table: Table, number: int) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        generated = column.computed or (column.identity and column.identity.always)
        empty = number == 2 and column.nullable
        if not generated and not empty and (value := _value(column, number)) is not None:
            yield column.name, value


def _value(column: "Column[Any]", number: int) -> Any:
    """A value of the column's type, the same in both of a foreign key; None for the default."""
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    if isinstance(column.type, String):
        return f"{column.name} {number}"[-(column.type.length or 50) :]
    for kind, made in VALUES.items():
        if isinstance(column.type, kind):
            return made(number)
    return None
