"""PostgreSQL: statistics views, and the lock timeout of a transaction.

Without the role pg_monitor, an account does not see the activity and the replication of others.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from stratakit.backfills.servers.base import ServerStatus
from stratakit.engine.errors import sqlstate

TRANSIENT = ("40001", "40P01", "55P03")
"""serialization_failure, deadlock_detected and lock_not_available."""

ACTIVE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
LOCK_WAIT = """
    SELECT extract(epoch FROM max(clock_timestamp() - waitstart)) FROM pg_locks WHERE NOT granted
"""
LAG = "SELECT extract(epoch FROM max(replay_lag)) FROM pg_stat_replication"
ROWS = "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = to_regclass(:table)"


class PostgreSQLStatus(ServerStatus):
    """The load of a server of PostgreSQL."""

    def start(self) -> None:
        """Limit the wait for the locks of rows and tables in this transaction."""
        self.connection.execute(text("SET LOCAL lock_timeout = '1s'"))

    def is_transient(self, error: DBAPIError) -> bool:
        """Return whether another transaction was in the way."""
        return sqlstate(error) in TRANSIENT

    def active_sessions(self) -> float | None:
        """Return how many other sessions run a statement."""
        return self.query(ACTIVE)

    def lock_wait_seconds(self) -> float | None:
        """Return how long another session has waited for a lock."""
        return self.query(LOCK_WAIT)

    def replication_lag_seconds(self) -> float | None:
        """Return how far the slowest replica is behind."""
        return self.query(LAG)

    def estimate_rows(self, table: str) -> int:
        """Estimate the rows by the last ANALYZE; count them if there was none."""
        return int(self.query(ROWS, table=table) or 0) or super().estimate_rows(table)
