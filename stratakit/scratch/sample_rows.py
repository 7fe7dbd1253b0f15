"""Rows in the tables of a scratch database, so that a migration meets what it will meet."""

import re
import warnings
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Enum,
    MetaData,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    types,
)
from sqlalchemy.exc import DBAPIError, SAWarning

from stratakit.engine.errors import driver_message
from stratakit.revisions.log import LOG

NOT_FILLED = ("alembic_version", LOG.name)
ATTEMPTS = 200

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


def fill(connection: Connection, only: Collection[str] | None = None) -> dict[str, str]:
    """Put two rows into every table that has none: one full, one with NULL wherever it may be.

    Where a CHECK refuses them, the values that its text names are tried.

    Args:
        connection: outside of a transaction.
        only: the tables to fill; None for all.

    Returns:
        The tables for which no row could be made, each with what the database says of it.
    """
    left = {}
    with connection.begin():
        tables = reflected(connection, only)
        for table in tables.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                refusals = [_filled(connection, table, number) for number in (1, 2)]
                if all(refusals):
                    left[table.name] = str(refusals[0])
    return left


def reflected(connection: Connection, only: Collection[str] | None = None) -> MetaData:
    """The tables of a database as they stand there, but for Alembic's and ours.

    Args:
        only: the names of the tables; None for all.
    """
    tables = MetaData()
    with warnings.catch_warnings():
        # SQLAlchemy 2.1 warns of what it tells itself of a CHECK that is NOT VALID.
        warnings.simplefilter("ignore", SAWarning)
        tables.reflect(
            connection,
            only=lambda name, _: name not in NOT_FILLED and (only is None or name in only),
        )
    return tables


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    with connection.begin():
        tables = reflected(connection)
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.sorted_tables
        }


def _filled(connection: Connection, table: Table, number: int) -> str:
    """Insert one row; what the database says where it takes none, else an empty text."""
    refusal = ""
    for row in islice(_rows(connection, table, number), ATTEMPTS):
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(row))
        except DBAPIError as error:
            refusal = refusal or driver_message(error)
        else:
            return ""
    return refusal


def _rows(connection: Connection, table: Table, number: int) -> Iterator[dict[str, Any]]:
    """A row, then others with the values that the table's CHECKs name."""
    row = dict(_row(connection, table, number))
    yield row
    checks = inspect(connection).get_check_constraints(table.name, table.schema)
    text = " ".join(str(check["sqltext"]) for check in checks)
    columns = [table.columns[name] for name in row if re.search(rf"\b{re.escape(name)}\b", text)]
    for values in product(*(list(_named_in(text, column, row)) for column in columns)):
        yield {**row, **{column.name: value for column, value in zip(columns, values, strict=True)}}


def _named_in(text: str, column: "Column[Any]", row: dict[str, Any]) -> Iterator[Any]:
    """Values for a column that a CHECK's text suggests, the own one last."""
    if isinstance(column.type, String):
        yield from re.findall(r"'((?:[^'%_])*)'", text)
    elif isinstance(column.type, types.Numeric | types.Integer):
        for literal in map(int, re.findall(r"(?<![\w.'])-?\d+\b", text)):
            yield from (literal, literal + 1, literal - 1)
    elif isinstance(column.type, types.Boolean):
        yield from (True, False)
    yield row[column.name]


def _row(connection: Connection, table: Table, number: int) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        generated = column.computed or (column.identity and column.identity.always)
        empty = number == 2 and column.nullable and not column.primary_key
        if generated or empty:
            continue
        keys = [key for key in column.foreign_keys if key.column.table is not table]
        value = _parents(connection, keys[0].column, number) if keys else _value(column, number)
        if value is not None:
            yield column.name, value


def _parents(connection: Connection, column: "Column[Any]", number: int) -> Any:
    """What the row of that number, or the last one, has in a column that is referred to."""
    rows = select(column).where(column.is_not(None)).order_by(column).limit(number)
    found = connection.execute(rows).scalars().all()
    return found[-1] if found else None


def _value(column: "Column[Any]", number: int) -> Any:
    """A value of the column's type; None for the default."""
    if isinstance(column.type, Enum):
        return column.type.enums[(number - 1) % len(column.type.enums)]
    if isinstance(column.type, String):
        return f"{column.name} {number}"[-(column.type.length or 50) :]
    for kind, made in VALUES.items():
        if isinstance(column.type, kind):
            return made(number)
    return None
