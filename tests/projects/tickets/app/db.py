from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.config import get_settings


async def session() -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(str(get_settings().db.dsn))
    async with async_sessionmaker(engine)() as session:
        yield session
