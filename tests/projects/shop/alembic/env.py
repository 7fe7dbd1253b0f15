from alembic import context

from src.infra.database.bases import SalesBase, StockBase
from src.infra.database.engine import engine
from src.infra.database.models import orders, products  # noqa: F401

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=[SalesBase.metadata, StockBase.metadata],
        include_schemas=True,
    )
    with context.begin_transaction():
        context.run_migrations()
