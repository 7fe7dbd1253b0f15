"""Running revisions: Alembic's environment, timeouts, retries and failure messages."""
