"""The request's database session.

`Session` is one transaction that is committed when the route has returned and before the client is
answered (`scope="function"`), so that a commit that fails is an error to the client too.
`ReadSession` is for routes that only read.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from strata.database import Database


def database(request: Request) -> Database:
    """The database of the application that serves this request."""
    found: Database = request.app.state.database
    return found


async def session(
    database: Annotated[Database, Depends(database)],
) -> AsyncIterator[AsyncSession]:
    """A session whose transaction is committed when the route has returned."""
    async with database.session() as session:
        yield session


async def read_session(
    database: Annotated[Database, Depends(database)],
) -> AsyncIterator[AsyncSession]:
    """A session for reading, without a transaction around its statements."""
    async with database.read_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(read_session, scope="function")]
