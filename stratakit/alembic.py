"""The names that migrations/env.py imports."""

from stratakit.orm.discovery import discover_models
from stratakit.runtime.environment import run_migrations

__all__ = ["discover_models", "run_migrations"]
