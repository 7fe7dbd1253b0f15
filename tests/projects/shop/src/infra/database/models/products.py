from sqlalchemy.orm import Mapped, mapped_column

from src.infra.database.bases import StockBase


class Product(StockBase):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
