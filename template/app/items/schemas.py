"""What clients send and receive of items."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# PostgreSQL's text holds every character but this one.
NO_NUL = r"^[^\x00]*$"


class ItemCreate(BaseModel):
    """An item to store."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ItemRead(BaseModel):
    """An item as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: Decimal
    created_at: datetime
