"""Create, read, replace and delete categories."""

from collections.abc import Sequence

from fastapi import HTTPException
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.categories.models import Category
from app.categories.schemas import CategoryWrite
from app.database import Row, fetch_rows
from app.pagination import Keyset

ORDER = Keyset("id", Category.id, Category.id)
CATEGORY_BY_ID = select(Category).where(Category.id == bindparam("category_id"))
FIRST_PAGE = select(Category).order_by(*ORDER.order()).limit(bindparam("limit"))
NEXT_PAGE = FIRST_PAGE.where(ORDER.after())


async def create_category(session: AsyncSession, data: CategoryWrite) -> Category:
    """Store a category."""
    category = Category(name=data.name)
    session.add(category)
    await session.flush()
    return category


async def read_category(connection: AsyncConnection, category_id: int) -> Row:
    """Read the row of a category.

    Raises:
        HTTPException: 404; there is no such category.
    """
    rows = await fetch_rows(connection, CATEGORY_BY_ID, {"category_id": category_id})
    if not rows:
        raise category_not_found(category_id)
    return rows[0]


async def list_categories(
    connection: AsyncConnection, *, cursor: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """Read a page of categories, and the cursor of the next one."""
    position = ORDER.position(cursor)
    query = NEXT_PAGE if position else FIRST_PAGE
    rows = await fetch_rows(connection, query, position | {"limit": limit + 1})
    return rows[:limit], ORDER.cut(rows, limit)


async def get_category(session: AsyncSession, category_id: int) -> Category:
    """Load a category to change it.

    Raises:
        HTTPException: 404; there is no such category.
    """
    category = await session.get(Category, category_id)
    if category is None:
        raise category_not_found(category_id)
    return category


def category_not_found(category_id: int) -> HTTPException:
    """Create the error for a category that does not exist."""
    return HTTPException(404, f"There is no category {category_id}.")


async def update_category(session: AsyncSession, category_id: int, data: CategoryWrite) -> Category:
    """Rename a category."""
    category = await get_category(session, category_id)
    category.name = data.name
    await session.flush()
    return category


async def delete_category(session: AsyncSession, category_id: int) -> None:
    """Delete a category; the database refuses to delete one that has items."""
    await session.delete(await get_category(session, category_id))
    await session.flush()
