"""The names that migrations/env.py imports; importing them registers stratakit with Alembic."""

from stratakit import operations as operations
from stratakit.orm.discovery import discover_models
from stratakit.revisions import write_hook as write_hook
from stratakit.runtime.environment import run_migrations

__all__ = ["discover_models", "run_migrations"]
