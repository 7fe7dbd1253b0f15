"""The routes of items."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.database import Row
from app.dependencies import ReadConnection, Session
from app.etags import IfMatch, format_etag
from app.fields import Name, RowId
from app.items import service
from app.items.models import Item, Status
from app.items.schemas import ItemPage, ItemRead, ItemWrite
from app.pagination import Cursor, Limit

router = APIRouter(prefix="/v1/items", tags=["items"])


@router.post("", status_code=201, response_model=ItemRead)
async def create_item(data: ItemWrite, session: Session, response: Response) -> Item:
    """Store an item."""
    item = await service.create_item(session, data)
    response.headers["ETag"] = format_etag(item.version)
    return item


@router.get("", response_model=ItemPage)
async def list_items(
    connection: ReadConnection,
    status: Status | None = None,
    category: Annotated[Name | None, Query(description="The name of a category.")] = None,
    sort: service.Sort = "id",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, object]:
    """List items, a page at a time."""
    items, following = await service.list_items(
        connection, status=status, category=category, sort=sort, cursor=cursor, limit=limit
    )
    return {"items": items, "next": following}


@router.get("/{item_id}", response_model=ItemRead)
async def get_item(item_id: RowId, connection: ReadConnection, response: Response) -> Row:
    """Read one item; its `ETag` is its version."""
    item = await service.read_item(connection, item_id)
    response.headers["ETag"] = format_etag(item["version"])
    return item


@router.put("/{item_id}", response_model=ItemRead)
async def update_item(
    item_id: RowId,
    data: ItemWrite,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> Item:
    """Replace an item: with `If-Match`, only if nobody else has changed it since it was read."""
    item = await service.update_item(session, item_id, data, if_match)
    response.headers["ETag"] = format_etag(item.version)
    return item


@router.delete("/{item_id}", status_code=204)
async def delete_item(item_id: RowId, session: Session, if_match: IfMatch = None) -> None:
    """Delete an item."""
    await service.delete_item(session, item_id, if_match)
