"""Alembic's way in; all of it is in strata/env.py."""

from strata.env import run

run()
