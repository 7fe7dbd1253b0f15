"""Plugins for Alembic's comparison."""
