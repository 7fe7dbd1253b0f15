"""Time zones for `DateTime(timezone=True)` on SQLite, MySQL and MariaDB, which store none: UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, DateTime, Dialect, Engine, event
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any] | None


class _UTCDateTime(DateTime):
    """A datetime that is stored in UTC and read as UTC."""

    def bind_processor(self, dialect: Dialect) -> Processor:
        store = super().bind_processor(dialect)

        def to_utc(value: Any) -> Any:
            if isinstance(value, datetime) and value.tzinfo:
                value = value.astimezone(UTC).replace(tzinfo=None)
            return store(value) if store else value

        return to_utc if self.timezone else store

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        read = super().result_processor(dialect, coltype)

        def with_zone(value: Any) -> Any:
            value = read(value) if read else value
            return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value

        return with_zone if self.timezone else read


class _SQLiteDateTime(_UTCDateTime, sqlite.DATETIME):
    """A datetime as text."""


class _MySQLDateTime(_UTCDateTime, mysql.DATETIME):
    """A datetime with fractional seconds."""


_TYPES: dict[str, dict[type[TypeEngine[Any]], type[TypeEngine[Any]]]] = {
    "sqlite": {
        DateTime: _SQLiteDateTime,
        TIMESTAMP: _SQLiteDateTime,
        sqlite.DATETIME: _SQLiteDateTime,
    },
    "mysql": {DateTime: _UTCDateTime, mysql.DATETIME: _MySQLDateTime},
}


def store_datetimes_in_utc(engine: Engine, backend: str) -> None:
    """Store the values of columns with a time zone in UTC, and read them as UTC.

    A value without a zone is taken as UTC. On MySQL and MariaDB, UTC becomes the zone of every
    connection, so that `now()` agrees. PostgreSQL does all this by itself.

    Args:
        engine: an engine that has executed nothing yet.
        backend: the kind of its database.
    """
    engine.dialect.colspecs = {**engine.dialect.colspecs, **_TYPES.get(backend, {})}
    if backend == "mysql":

        @event.listens_for(engine, "connect")
        def _set_time_zone(dbapi_connection: Any, _record: object) -> None:
            cursor = dbapi_connection.cursor()
            cursor.execute("SET time_zone = '+00:00'")
            cursor.close()
