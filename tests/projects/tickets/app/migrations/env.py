import asyncio

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import get_settings
from app.domain.models.ticket import Ticket


def migrate(connection):
    context.configure(connection=connection, target_metadata=Ticket.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run():
    engine = create_async_engine(str(get_settings().db.dsn))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(run())
