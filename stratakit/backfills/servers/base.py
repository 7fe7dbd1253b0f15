"""The queries of a backfill to a server, the same for every database."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError


class ServerStatus:
    """The load of a server; a database overrides what it can tell.

    Args:
        connection: outside of a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def start(self) -> None:
        """Prepare a transaction, so that it waits for no other one for long."""

    def is_transient(self, error: DBAPIError) -> bool:
        """Return whether the transaction of an error may be tried again as it is."""
        return False

    def active_sessions(self) -> float | None:
        """Return how many other sessions run a statement; None if that is unknown."""
        return None

    def lock_wait_seconds(self) -> float | None:
        """Return how long another session has waited for a lock; None if that is unknown."""
        return None

    def replication_lag_seconds(self) -> float | None:
        """Return how far the slowest replica is behind; None if that is unknown."""
        return None

    def estimate_rows(self, table: str) -> int:
        """Estimate the rows of a table.

        Args:
            table: as a statement names it.
        """
        return int(self.query(f"SELECT count(*) FROM {table}") or 0)

    def query(self, sql: str, **parameters: object) -> float | None:
        """Return the number that a query finds; None if the account may not see it."""
        try:
            value = self.connection.execute(text(sql), parameters).scalar()
        except DBAPIError:
            value = None
        self.connection.rollback()
        return None if value is None else float(value)
