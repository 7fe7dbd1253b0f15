from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class SalesBase(DeclarativeBase):
    metadata = MetaData(schema="sales")


class StockBase(DeclarativeBase):
    metadata = MetaData(schema="stock", naming_convention={"pk": "pk_%(table_name)s"})
