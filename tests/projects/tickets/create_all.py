"""Create the tables as the project did before it had migrations, with a change by hand."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import get_settings
from app.domain.models.ticket import Ticket


async def create() -> None:
    engine = create_async_engine(get_settings().db.dsn)
    async with engine.begin() as connection:
        await connection.run_sync(Ticket.metadata.create_all)
        await connection.execute(text("ALTER TABLE tickets ADD COLUMN priority integer"))
        await connection.execute(text("ALTER TABLE tickets ALTER created_at DROP DEFAULT"))
    await engine.dispose()


asyncio.run(create())
