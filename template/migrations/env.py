"""Alembic's way in; all of it is in strata/env.py."""

from stratakit.runtime.environment import run

run()
