"""Create, read, replace and delete items."""

from collections.abc import Sequence
from typing import Literal

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories.models import Category
from app.etags import require_match
from app.items.models import Item, Status
from app.items.schemas import ItemWrite
from app.pagination import Keyset

Sort = Literal["id", "-id", "name", "-name", "price", "-price"]
SORT_COLUMNS = {"id": Item.id, "name": Item.name, "price": Item.price}


async def create_item(session: AsyncSession, data: ItemWrite) -> Item:
    """Store an item; the database's own defaults come back with the INSERT."""
    item = Item(**data.model_dump())
    session.add(item)
    await session.flush()
    return item


async def get_item(session: AsyncSession, item_id: int) -> Item:
    """Read one item.

    Raises:
        HTTPException: 404; there is no such item.
    """
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404, f"There is no item {item_id}.")
    return item


async def list_items(
    session: AsyncSession,
    *,
    status: Status | None,
    category: str | None,
    sort: Sort,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[Item], str | None]:
    """Read a page of items, and the cursor of the next one."""
    keyset = Keyset(sort, SORT_COLUMNS[sort.removeprefix("-")], Item.id)
    query = select(Item).where(*keyset.after(cursor)).order_by(*keyset.order()).limit(limit + 1)
    if status is not None:
        query = query.where(Item.status == status)
    if category is not None:
        query = query.join(Item.category).where(Category.name == category)
    rows = (await session.scalars(query)).all()
    return rows[:limit], keyset.cut(rows, limit)


async def update_item(
    session: AsyncSession, item_id: int, data: ItemWrite, if_match: str | None
) -> Item:
    """Replace an item."""
    item = await get_item(session, item_id)
    require_match(if_match, item.version)
    for name, value in data.model_dump().items():
        setattr(item, name, value)
    await session.flush()
    return item


async def delete_item(session: AsyncSession, item_id: int, if_match: str | None) -> None:
    """Delete an item."""
    item = await get_item(session, item_id)
    require_match(if_match, item.version)
    await session.delete(item)
    await session.flush()
