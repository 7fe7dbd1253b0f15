"""Plugins of Alembic's comparison."""
