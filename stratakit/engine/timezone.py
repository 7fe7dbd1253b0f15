"""What SQLite, MySQL and MariaDB leave out of `DateTime(timezone=True)`: the zone, which is UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, DateTime, Dialect, Engine, event
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any] | None


class _Utc(DateTime):
    """Stored in UTC, and read as that."""

    def bind_processor(self, dialect: Dialect) -> Processor:
        store = super().bind_processor(dialect)

        def stored(value: Any) -> Any:
            if isinstance(value, datetime) and value.tzinfo:
                value = value.astimezone(UTC).replace(tzinfo=None)
            return store(value) if store else value

        return stored if self.timezone else store

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        read = super().result_processor(dialect, coltype)

        def aware(value: Any) -> Any:
            value = read(value) if read else value
            return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value

        return aware if self.timezone else read


class _OnSQLite(_Utc, sqlite.DATETIME):
    """As text."""


class _OnMySQL(_Utc, mysql.DATETIME):
    """With the digits of its seconds."""


_TYPES: dict[str, dict[type[TypeEngine[Any]], type[TypeEngine[Any]]]] = {
    "sqlite": {DateTime: _OnSQLite, TIMESTAMP: _OnSQLite, sqlite.DATETIME: _OnSQLite},
    "mysql": {DateTime: _Utc, mysql.DATETIME: _OnMySQL},
}


def store_datetimes_in_utc(engine: Engine, backend: str) -> None:
    """Store in UTC what goes through an engine into columns with a time zone, and read it as that.

    A value without a zone is taken for UTC. So that `now()` agrees, UTC is the zone of every
    connection: on MySQL and MariaDB it would be the server's. PostgreSQL does all this by itself.

    Args:
        engine: nothing was executed on it yet.
        backend: the kind of its database.
    """
    engine.dialect.colspecs = {**engine.dialect.colspecs, **_TYPES.get(backend, {})}
    if backend == "mysql":

        @event.listens_for(engine, "connect")
        def _connected(dbapi_connection: Any, _record: object) -> None:
            cursor = dbapi_connection.cursor()
            cursor.execute("SET time_zone = '+00:00'")
            cursor.close()
