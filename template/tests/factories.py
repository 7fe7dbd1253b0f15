"""Valid data with random values: `ItemFactory.build(name="tea")`."""

from decimal import Decimal

from polyfactory.factories.pydantic_factory import ModelFactory

from app.categories.schemas import CategoryWrite
from app.items.schemas import ItemWrite


class CategoryFactory(ModelFactory[CategoryWrite]):
    """Categories to create."""

    @classmethod
    def name(cls) -> str:
        return f"category {cls.__random__.getrandbits(60):x}"


class ItemFactory(ModelFactory[ItemWrite]):
    """Items to create, of no category."""

    category_id = None

    @classmethod
    def name(cls) -> str:
        return f"item {cls.__random__.getrandbits(60):x}"

    @classmethod
    def price(cls) -> Decimal:
        return Decimal(cls.__random__.randrange(100_000)) / 100
