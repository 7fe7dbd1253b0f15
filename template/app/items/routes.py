"""The routes of items."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from app.dependencies import ReadSession, Session
from app.items import service
from app.items.models import Item
from app.items.schemas import ItemCreate, ItemRead

LARGEST_ID = 2**63 - 1
ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID)]

router = APIRouter(prefix="/items", tags=["items"])


@router.post("", status_code=201, response_model=ItemRead)
async def create_item(data: ItemCreate, session: Session) -> Item:
    """Store an item."""
    return await service.create_item(session, data)


@router.get("", response_model=list[ItemRead])
async def list_items(
    session: ReadSession,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Sequence[Item]:
    """List items, a page at a time."""
    return await service.list_items(session, after=after, limit=limit)


@router.get("/{item_id}", response_model=ItemRead)
async def get_item(item_id: ItemId, session: ReadSession) -> Item:
    """Read one item."""
    item = await service.get_item(session, item_id)
    if item is None:
        raise HTTPException(404, f"There is no item {item_id}.")
    return item
