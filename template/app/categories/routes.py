"""The routes of categories."""

from fastapi import APIRouter

from app.categories import service
from app.categories.models import Category
from app.categories.schemas import CategoryPage, CategoryRead, CategoryWrite
from app.database import Row
from app.dependencies import ReadConnection, Session
from app.fields import RowId
from app.pagination import Cursor, Limit

router = APIRouter(prefix="/v1/categories", tags=["categories"])


@router.post("", status_code=201, response_model=CategoryRead)
async def create_category(data: CategoryWrite, session: Session) -> Category:
    """Store a category."""
    return await service.create_category(session, data)


@router.get("", response_model=CategoryPage)
async def list_categories(
    connection: ReadConnection, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, object]:
    """List categories, a page at a time."""
    categories, following = await service.list_categories(connection, cursor=cursor, limit=limit)
    return {"categories": categories, "next": following}


@router.get("/{category_id}", response_model=CategoryRead)
async def get_category(category_id: RowId, connection: ReadConnection) -> Row:
    """Read one category."""
    return await service.read_category(connection, category_id)


@router.put("/{category_id}", response_model=CategoryRead)
async def update_category(category_id: RowId, data: CategoryWrite, session: Session) -> Category:
    """Rename a category."""
    return await service.update_category(session, category_id, data)


@router.delete("/{category_id}", status_code=204)
async def delete_category(category_id: RowId, session: Session) -> None:
    """Delete a category that has no items."""
    await service.delete_category(session, category_id)
