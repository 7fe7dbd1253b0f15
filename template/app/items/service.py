"""Create, read, replace and delete items."""

from collections.abc import Sequence
from functools import cache
from typing import Literal

from fastapi import HTTPException
from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.categories.models import Category
from app.database import Row, fetch_rows
from app.etags import require_match
from app.items.models import Item, Status
from app.items.schemas import ItemWrite
from app.pagination import Keyset

Sort = Literal["id", "-id", "name", "-name", "price", "-price"]
SORT_COLUMNS = {"id": Item.id, "name": Item.name, "price": Item.price}
FILTERS = {
    "status": Item.status == bindparam("status"),
    "category": Item.category.has(Category.name == bindparam("category")),
}
ITEM_BY_ID = select(Item).where(Item.id == bindparam("item_id"))


async def create_item(session: AsyncSession, data: ItemWrite) -> Item:
    """Store an item; the database's own defaults come back with the INSERT."""
    item = Item(**data.model_dump())
    session.add(item)
    await session.flush()
    return item


async def read_item(connection: AsyncConnection, item_id: int) -> Row:
    """Read the row of an item.

    Raises:
        HTTPException: 404; there is no such item.
    """
    rows = await fetch_rows(connection, ITEM_BY_ID, {"item_id": item_id})
    if not rows:
        raise item_not_found(item_id)
    return rows[0]


async def list_items(
    connection: AsyncConnection,
    *,
    status: Status | None,
    category: str | None,
    sort: Sort,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[Row], str | None]:
    """Read a page of items, and the cursor of the next one."""
    keyset = keyset_of(sort)
    position = keyset.position(cursor)
    values = {"status": status, "category": category}
    filters = {name: value for name, value in values.items() if value is not None}
    query = page_of_items(sort, frozenset(filters), is_first=not position)
    rows = await fetch_rows(connection, query, filters | position | {"limit": limit + 1})
    return rows[:limit], keyset.cut(rows, limit)


def keyset_of(sort: Sort) -> Keyset:
    """Return the order of items that a client names."""
    return Keyset(sort, SORT_COLUMNS[sort.removeprefix("-")], Item.id)


@cache
def page_of_items(sort: Sort, filters: frozenset[str], *, is_first: bool) -> Select[Item]:
    """Build the query of a page: once for each combination, so that it is compiled once, too."""
    keyset = keyset_of(sort)
    query = select(Item).order_by(*keyset.order()).limit(bindparam("limit"))
    if not is_first:
        query = query.where(keyset.after())
    return query.where(*(FILTERS[name] for name in filters))


async def get_item(session: AsyncSession, item_id: int) -> Item:
    """Load an item to change it.

    Raises:
        HTTPException: 404; there is no such item.
    """
    item = await session.get(Item, item_id)
    if item is None:
        raise item_not_found(item_id)
    return item


def item_not_found(item_id: int) -> HTTPException:
    """Create the error for an item that does not exist."""
    return HTTPException(404, f"There is no item {item_id}.")


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
