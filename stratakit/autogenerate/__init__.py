"""What Alembic's comparison is told, and what happens to a revision before it is written."""
