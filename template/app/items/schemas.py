"""The bodies of requests and responses about items."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from app.fields import Name, Price, RowId
from app.items.models import Status


class ItemWrite(BaseModel):
    """An item to store."""

    name: Name
    price: Price
    status: Status = Status.active
    category_id: RowId | None = None


class ItemRead(BaseModel):
    """An item as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: Decimal
    status: Status
    category_id: int | None
    created_at: datetime
    version: int


class ItemPage(BaseModel):
    """A page of items, and the cursor of the next one."""

    items: list[ItemRead]
    next: str | None
