"""Create, read, replace and delete categories."""

from collections.abc import Sequence

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories.models import Category
from app.categories.schemas import CategoryWrite
from app.pagination import Keyset

ORDER = Keyset("id", Category.id, Category.id)


async def create_category(session: AsyncSession, data: CategoryWrite) -> Category:
    """Store a category."""
    category = Category(name=data.name)
    session.add(category)
    await session.flush()
    return category


async def get_category(session: AsyncSession, category_id: int) -> Category:
    """Read one category.

    Raises:
        HTTPException: 404; there is no such category.
    """
    category = await session.get(Category, category_id)
    if category is None:
        raise HTTPException(404, f"There is no category {category_id}.")
    return category


async def list_categories(
    session: AsyncSession, *, cursor: str | None, limit: int
) -> tuple[Sequence[Category], str | None]:
    """Read a page of categories, and the cursor of the next one."""
    query = select(Category).where(*ORDER.after(cursor)).order_by(*ORDER.order()).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    return rows[:limit], ORDER.cut(rows, limit)


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
