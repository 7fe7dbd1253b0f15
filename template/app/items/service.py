"""What can be done with items."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.items.models import Item
from app.items.schemas import ItemCreate


async def create_item(session: AsyncSession, data: ItemCreate) -> Item:
    """Store an item, and give it as the database stores it."""
    item = Item(**data.model_dump())
    session.add(item)
    await session.flush()
    await session.refresh(item)
    return item


async def get_item(session: AsyncSession, item_id: int) -> Item | None:
    """One item, or None."""
    return await session.get(Item, item_id)


async def list_items(session: AsyncSession, *, after: int, limit: int) -> Sequence[Item]:
    """A page of items in the order of their ids, beginning behind the id `after`."""
    page = select(Item).where(Item.id > after).order_by(Item.id).limit(limit)
    return (await session.scalars(page)).all()
