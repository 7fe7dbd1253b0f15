"""Alembic's environment: the database, the models, and the guarded run of what is asked for."""

from stratakit.alembic import discover_models, run_migrations

from app.database import Base
from app.settings import Settings

run_migrations(
    url=Settings().migration_url,
    target_metadata=discover_models("app", base=Base),
)
