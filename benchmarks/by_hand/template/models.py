"""The table of items, and where it is."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from pydantic_settings import BaseSettings
from sqlalchemy import DateTime, Numeric, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Settings(BaseSettings):
    """From the environment."""

    database_url: str = ""


class Base(DeclarativeBase):
    """What models inherit from."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Item(Base):
    """Something with a name and a price."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
