"""SQLite: one writer at a time, and no server."""

from sqlalchemy.exc import DBAPIError

from stratakit.backfills.servers.base import ServerStatus


class SQLiteStatus(ServerStatus):
    """A database file."""

    def is_transient(self, error: DBAPIError) -> bool:
        """Return whether another transaction was in the way."""
        return "locked" in str(error.orig) or "busy" in str(error.orig)
