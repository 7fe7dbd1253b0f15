"""The engine and the sessions of a running application.

Importing this module creates nothing and connects to nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from stratakit.config import load
from stratakit.diagnostics.command import project_root
from stratakit.engine import migration, timezone
from stratakit.engine.resolve import local_database
from stratakit.engine.url import DatabaseURL, read_url

IDLE_SECONDS = 5.0
"""A connection that was idle for longer is tested before it is used again."""


@dataclass(frozen=True)
class Database:
    """The engine and the sessions of a running application.

    There are as many slots for sessions as connections: SQLAlchemy's pool does not serve waiting
    sessions in order, so that under load a few would wait very long.
    """

    engine: AsyncEngine
    transactions: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    read_sessions: async_sessionmaker[AsyncSession]
    reads: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    slots: asyncio.Semaphore
    slot_timeout: float
    pool_size: int

    @classmethod
    def from_url(
        cls,
        url: object,
        *,
        root: Path | None = None,
        pool_size: int = 10,
        pool_timeout: float = 30.0,
        prepare_threshold: int = 5,
    ) -> "Database":
        """Prepare an engine; the first connection is made when it is first needed.

        Args:
            url: the database: text, a URL of SQLAlchemy or a pydantic secret. None is the local
                database that strata.toml names.
            root: the project's folder, from which a relative path of SQLite starts; by default
                the one that the working directory is in.
            pool_size: how many connections at the most.
            pool_timeout: seconds to wait for one of them.
            prepare_threshold: PostgreSQL prepares a statement at this use of it; 0 is never.

        Raises:
            StrataError: the URL is malformed, or None and there is no local database of its kind.
        """
        config = load(root or project_root())
        database = (
            url if isinstance(url, DatabaseURL) else read_url(url, config) or local_database(config)
        )
        driver: dict[str, object] = {}
        on_connect = {}
        if database.backend == "postgresql":
            driver["prepare_threshold"] = prepare_threshold or None
            # Reads then find connections as they need them, and leave nothing to reset.
            on_connect["isolation_level"] = "AUTOCOMMIT"
        engine = create_async_engine(
            database.for_app,
            connect_args=driver,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_recycle=1800,
            **on_connect,
        )
        transactions, reads = engine, engine
        if on_connect:
            engine.sync_engine.dialect.skip_autocommit_rollback = True
            transactions = engine.execution_options(isolation_level="READ COMMITTED")
        else:
            reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        _test_idle_connections(engine.sync_engine)
        migration.configure_sqlite(engine.sync_engine, database, begin="BEGIN", foreign_keys="ON")
        timezone.store_datetimes_in_utc(engine.sync_engine, database.backend)
        return cls(
            engine,
            transactions,
            async_sessionmaker(transactions, expire_on_commit=False),
            async_sessionmaker(reads, expire_on_commit=False, autoflush=False),
            reads.connect,
            asyncio.Semaphore(pool_size),
            pool_timeout,
            pool_size,
        )

    @property
    def connections_in_use(self) -> int:
        """The connections that sessions or others have at this moment."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back after an error.

        Raises:
            sqlalchemy.exc.TimeoutError: no connection became free in time.
        """
        await self._acquire_slot()
        try:
            async with self.sessions.begin() as session:
                yield session
        finally:
            self.slots.release()

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """Statements that only read, each alone: the transaction's two round trips are saved.

        Raises:
            sqlalchemy.exc.TimeoutError: no connection became free in time.
        """
        await self._acquire_slot()
        # Nothing is left to roll back: no task of its own has to protect the end of it.
        session = self.read_sessions()
        try:
            yield session
        finally:
            try:
                await session.close()
            finally:
                self.slots.release()

    @asynccontextmanager
    async def read_connection(self) -> AsyncIterator[AsyncConnection]:
        """Statements that only read rows, each alone: a session's objects are saved, too.

        Raises:
            sqlalchemy.exc.TimeoutError: no connection became free in time.
        """
        await self._acquire_slot()
        try:
            async with self.reads() as connection:
                yield connection
        finally:
            self.slots.release()

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator["Database"]:
        """The same database inside one transaction that is rolled back at the end: for tests.

        What its sessions commit is a savepoint of that transaction.
        """
        async with self.transactions.connect() as connection:
            transaction = await connection.begin()
            sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )

            @asynccontextmanager
            async def reads() -> AsyncIterator[AsyncConnection]:
                async with connection.begin_nested():
                    yield connection

            yield replace(self, sessions=sessions, read_sessions=sessions, reads=reads)
            await transaction.rollback()

    async def _acquire_slot(self) -> None:
        if not self.slots.locked():
            await self.slots.acquire()
            return
        try:
            async with asyncio.timeout(self.slot_timeout):
                await self.slots.acquire()
        except TimeoutError:
            raise exc.TimeoutError(f"no connection became free in {self.slot_timeout} s") from None


def _test_idle_connections(engine: Engine) -> None:
    """Test connections that were idle for a while; SQLAlchemy's `pool_pre_ping` tests each use.

    A connection that ends in use is an error of its own, after which the pool replaces all.
    """

    @event.listens_for(engine, "checkin")
    def checked_in(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checked_out(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object
    ) -> None:
        idle_since = entry.info.get("idle_since")
        if idle_since is None or time.monotonic() - idle_since < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.InvalidatePoolError() from error
