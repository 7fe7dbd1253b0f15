"""The base of every model, and the application's way to the database."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Executable, Integer, MetaData
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import DeclarativeBase, mapped_column
from stratakit.engine.pool import Database
from stratakit.orm.naming import NAMING_CONVENTION

from app.settings import ROOT, Settings

# SQLite counts up in a column of this one type alone: https://www.sqlite.org/autoinc.html
Key = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
]
"""A primary key of 64 bits, which no table outgrows: `id: Mapped[Key]`."""

Row = dict[str, Any]
"""A row by the names of its columns, which pydantic reads five times as fast as an object."""


class Base(DeclarativeBase):
    """Every model inherits from it: constraints have names, and datetimes a time zone."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


def create_database(settings: Settings) -> Database:
    """Create the engine and its sessions; nothing connects before the first request."""
    return Database.from_url(
        settings.database_url,
        root=ROOT,
        pool_size=settings.database_pool_size,
        pool_timeout=settings.database_pool_timeout_seconds,
        prepare_threshold=settings.database_prepare_threshold,
    )


async def fetch_rows(connection: AsyncConnection, query: Executable, values: Row) -> list[Row]:
    """Return the rows that a query finds.

    Args:
        connection: as `ReadConnection` gives it.
        query: best a constant with `bindparam()`: SQLAlchemy compiles each object once.
        values: of the query's parameters.
    """
    result = await connection.execute(query, values)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
