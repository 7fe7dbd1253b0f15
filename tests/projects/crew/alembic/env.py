from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from app.domains.teams import models as teams  # noqa: F401
from app.domains.users import models as users  # noqa: F401
from app.settings import settings

with create_engine(settings.database_url).connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()
