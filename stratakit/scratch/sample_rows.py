"""Sample rows in the tables of a scratch database, because migrations meet tables with rows."""

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
from sqlalchemy.exc import SAWarning

from stratakit import catalog
from stratakit.engine.errors import driver_error, driver_message

ATTEMPTS = 200

# The value of a column of each type in the first row, the second row, and so on.
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


def fill(
    connection: Connection,
    only: Collection[str] | None = None,
    *,
    version_table: str = "alembic_version",
) -> dict[str, str]:
    """Insert two rows into every empty table: one full, one with NULL in every nullable column.

    If a CHECK refuses them, the values that its text names are tried.

    Args:
        connection: outside of a transaction.
        only: the tables to fill; None for all.
        version_table: the one that env.py names.

    Returns:
        The tables that refuse every row, each with the message of the database.
    """
    refused = {}
    with connection.begin(), warnings.catch_warnings():
        # Rows are tried without values that the database may need.
        warnings.simplefilter("ignore", SAWarning)
        tables = reflect(connection, only, version_table)
        for table in tables.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                refusals = [_insert_row(connection, table, number) for number in (1, 2)]
                if all(refusals):
                    refused[table.name] = str(refusals[0])
    return refused


def reflect(
    connection: Connection,
    only: Collection[str] | None = None,
    version_table: str = "alembic_version",
) -> MetaData:
    """Reflect the tables of a database, without Alembic's and stratakit's own.

    Args:
        connection: to the database.
        only: the names of the tables; None for all.
        version_table: the one that env.py names, with its schema if it has one of its own.
    """
    tables, left_out = MetaData(), catalog.not_compared(version_table)
    with warnings.catch_warnings():
        # SQLAlchemy 2.1 warns of an option that it reflects itself: a CHECK that is NOT VALID.
        warnings.simplefilter("ignore", SAWarning)
        tables.reflect(
            connection,
            only=lambda name, _: name not in left_out and (only is None or name in only),
        )
    return tables


def count_rows(connection: Connection, version_table: str = "alembic_version") -> dict[str, int]:
    """Return the number of rows of each table."""
    with connection.begin():
        tables = reflect(connection, version_table=version_table)
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.sorted_tables
        }


def _insert_row(connection: Connection, table: Table, number: int) -> str:
    """Insert one row, and return the database's message if it refuses all; else an empty text."""
    refusal = ""
    for row in islice(_candidate_rows(connection, table, number), ATTEMPTS):
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(row))
        except Exception as error:
            if driver_error(error) is None:
                raise
            refusal = refusal or driver_message(error)
        else:
            return ""
    return refusal


def _candidate_rows(connection: Connection, table: Table, number: int) -> Iterator[dict[str, Any]]:
    """Generate a row, then others with the values that the table's CHECKs name."""
    first = dict(_row_values(connection, table, number))
    yield first
    checks = inspect(connection).get_check_constraints(table.name, table.schema)
    text = " ".join(str(check["sqltext"]) for check in checks)
    columns = [table.columns[name] for name in first if re.search(rf"\b{re.escape(name)}\b", text)]
    for values in product(*(list(_suggested_values(text, column, first)) for column in columns)):
        yield {
            **first,
            **{column.name: value for column, value in zip(columns, values, strict=True)},
        }


def _suggested_values(text: str, column: "Column[Any]", row: dict[str, Any]) -> Iterator[Any]:
    """Generate the values that a CHECK's text suggests for a column, then the row's own one."""
    if isinstance(column.type, String):
        yield from re.findall(r"'((?:[^'%_])*)'", text)
    elif isinstance(column.type, types.Numeric | types.Integer):
        for literal in map(int, re.findall(r"(?<![\w.'])-?\d+\b", text)):
            yield from (literal, literal + 1, literal - 1)
    elif isinstance(column.type, types.Boolean):
        yield from (True, False)
    yield row[column.name]


def _row_values(connection: Connection, table: Table, number: int) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        is_generated = column.computed or (column.identity and column.identity.always)
        is_empty = number == 2 and column.nullable and not column.primary_key
        if is_generated or is_empty:
            continue
        keys = [key for key in column.foreign_keys if key.column.table is not table]
        value = (
            _parent_value(connection, keys[0].column, number)
            if keys
            else _sample_value(column, number)
        )
        if value is not None:
            yield column.name, value


def _parent_value(connection: Connection, column: "Column[Any]", number: int) -> Any:
    """Return the value of a referenced column in the row of that number, or in the last one."""
    rows = select(column).where(column.is_not(None)).order_by(column).limit(number)
    values = connection.execute(rows).scalars().all()
    return values[-1] if values else None


def _sample_value(column: "Column[Any]", number: int) -> Any:
    """Return a value of the column's type; None for the default."""
    if isinstance(column.type, Enum):
        return column.type.enums[(number - 1) % len(column.type.enums)]
    if isinstance(column.type, String):
        return f"{column.name} {number}"[-(column.type.length or 50) :]
    for kind, make_value in VALUES.items():
        if isinstance(column.type, kind):
            return make_value(number)
    return None
