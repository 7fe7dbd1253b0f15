"""Two routes to the table of items."""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI
from models import Item, Settings
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine


class ItemCreate(BaseModel):
    """What a client sends."""

    name: str
    price: Decimal


class ItemRead(ItemCreate):
    """What a client receives."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime


app = FastAPI()
engine = create_async_engine(Settings().database_url)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    """A transaction of its own."""
    async with sessions.begin() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session, scope="function")]


@app.post("/items", status_code=201, response_model=ItemRead)
async def create_item(data: ItemCreate, session: Session) -> Item:
    """Store an item."""
    item = Item(**data.model_dump())
    session.add(item)
    await session.flush()
    await session.refresh(item)
    return item


@app.get("/items", response_model=list[ItemRead])
async def list_items(session: Session) -> list[Item]:
    """List items."""
    return list(await session.scalars(select(Item)))
