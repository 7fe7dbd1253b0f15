"""The declarative base of every model, and the engines that reach the database.

Importing this module creates nothing and connects to nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, DateTime, Engine, MetaData, NullPool, create_engine, event, exc
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from strata import naming
from strata.urls import DatabaseURL


class Base(DeclarativeBase):
    """What every model inherits from; a `datetime` column knows its time zone."""

    metadata = MetaData(naming_convention=naming.CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


@dataclass(frozen=True)
class Database:
    """The running application's way to its database.

    A turn bounds the sessions at work by the connections that there are: SQLAlchemy's pool does
    not serve those who wait in order, so that under load a few would wait very long.
    """

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    read_sessions: async_sessionmaker[AsyncSession]
    turns: asyncio.Semaphore
    patience: float

    @classmethod
    def at(
        cls, url: DatabaseURL, *, pool_size: int, pool_timeout: float, prepare_threshold: int = 5
    ) -> "Database":
        """Prepare an engine; the first connection is made when it is first needed.

        Args:
            url: the database.
            pool_size: how many connections at the most.
            pool_timeout: seconds to wait for one of them.
            prepare_threshold: PostgreSQL prepares a statement at this use of it; 0 is never.
        """
        driver = {"prepare_threshold": prepare_threshold or None}
        engine = create_async_engine(
            url.for_app,
            connect_args=driver if url.family == "postgresql" else {},
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
        _prepare(engine.sync_engine, url, begin="BEGIN", foreign_keys="ON")
        return cls(
            engine,
            async_sessionmaker(engine, expire_on_commit=False),
            async_sessionmaker(
                engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False
            ),
            asyncio.Semaphore(pool_size),
            pool_timeout,
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back after an error.

        Raises:
            sqlalchemy.exc.TimeoutError: no connection became free in time.
        """
        async with self._turn(), self.sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """Statements that only read, each alone: the transaction's two round trips are saved.

        Raises:
            sqlalchemy.exc.TimeoutError: no connection became free in time.
        """
        async with self._turn(), self.read_sessions() as session:
            yield session

    @asynccontextmanager
    async def undone(self) -> AsyncIterator["Database"]:
        """The same database inside one transaction that is undone at the end: for tests.

        What its sessions commit is a savepoint of that transaction.
        """
        async with self.engine.connect() as connection:
            transaction = await connection.begin()
            sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield replace(self, sessions=sessions, read_sessions=sessions)
            await transaction.rollback()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.patience):
                await self.turns.acquire()
        except TimeoutError:
            raise exc.TimeoutError(f"no connection became free in {self.patience} s") from None
        try:
            yield
        finally:
            self.turns.release()


def migration_engine(url: DatabaseURL, *, reading: bool = False) -> Engine:
    """An engine for one migration: synchronous, without a pool.

    Args:
        url: the database.
        reading: whether its transactions only read, so that on SQLite they need no write lock.

    On SQLite foreign keys are not enforced, since a batch operation drops the table that it
    recreates (https://sqlite.org/lang_altertable.html#otheralter, step 1).
    """
    engine = create_engine(url.for_migrations, poolclass=NullPool)
    _prepare(engine, url, begin="BEGIN" if reading else "BEGIN IMMEDIATE", foreign_keys="OFF")
    return engine


def _prepare(engine: Engine, url: DatabaseURL, *, begin: str, foreign_keys: str) -> None:
    """Make SQLite's transactions real: the driver would commit before each DDL statement.

    Args:
        engine: of any database; only SQLite's is changed.
        url: the database.
        begin: the statement that begins a transaction.
        foreign_keys: whether they are enforced, ON or OFF.

    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
    """
    if url.family != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connected(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin)
