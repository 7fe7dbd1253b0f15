"""Fill the local database for development: `make seed`."""

import asyncio
import itertools

from app.categories.service import create_category
from app.database import create_database
from app.items.service import create_item
from app.settings import Settings
from tests.factories import CategoryFactory, ItemFactory


async def main() -> None:
    """Store categories with items."""
    settings = Settings()
    if settings.in_production:
        raise SystemExit("ENVIRONMENT is production: this is data for development.")
    database = create_database(settings)
    async with database.session() as session:
        categories = [await create_category(session, CategoryFactory.build()) for _ in range(5)]
        for category in itertools.islice(itertools.cycle(categories), 100):
            await create_item(session, ItemFactory.build(category_id=category.id))
    await database.engine.dispose()
    print("Stored 5 categories and 100 items.")


if __name__ == "__main__":
    asyncio.run(main())
