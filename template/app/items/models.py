"""The tables of items."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Numeric, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.categories.models import Category
from app.database import Base, Key


class Status(StrEnum):
    """The state of an item."""

    active = "active"
    discontinued = "discontinued"


class Item(Base):
    """Something with a name and a price."""

    __tablename__ = "items"
    __table_args__ = (CheckConstraint("price >= 0", name="price_not_negative"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[Status] = mapped_column(
        # Text with a CHECK, which is the same on every database.
        Enum(Status, name="status", native_enum=False, create_constraint=True, length=20),
        server_default=Status.active,
    )
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")

    # A query that needs the categories loads them: options(joinedload(Item.category)).
    category: Mapped[Category | None] = relationship(lazy="raise")

    # Each UPDATE names the version that was read, and increments it.
    __mapper_args__ = {"version_id_col": version, "eager_defaults": True}  # noqa: RUF012
