"""The tables of categories."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key


class Category(Base):
    """A group of items."""

    __tablename__ = "categories"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200), unique=True)
