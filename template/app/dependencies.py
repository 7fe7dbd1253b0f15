"""The ways of a request to the database, as FastAPI's dependencies.

With `scope="function"` a transaction is committed when the route has returned and before the client
is answered, so that a commit that fails is an error to the client, too.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from stratakit.engine.pool import Database


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open one transaction, which is committed when the route has returned."""
    database: Database = request.app.state.database
    async with database.session() as session:
        yield session


async def get_read_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open a session for routes that only read, without a transaction around its statements."""
    database: Database = request.app.state.database
    async with database.read_session() as session:
        yield session


async def get_read_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """Open a connection for routes that only read, and need rows and no objects."""
    database: Database = request.app.state.database
    async with database.read_connection() as connection:
        yield connection


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(get_read_session, scope="function")]
ReadConnection = Annotated[AsyncConnection, Depends(get_read_connection, scope="function")]
