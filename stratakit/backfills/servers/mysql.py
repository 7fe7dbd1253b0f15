"""MySQL and MariaDB: the process list, and the lock timeouts of the session.

A source does not know how far its replicas are behind. Without the privilege PROCESS, an account
sees its own sessions alone.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from stratakit.backfills.servers.base import ServerStatus

TRANSIENT = (1205, 1213)
"""ER_LOCK_WAIT_TIMEOUT and ER_LOCK_DEADLOCK."""

ACTIVE = """
    SELECT count(*) FROM information_schema.processlist
    WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID()
"""
LOCK_WAIT = """
    SELECT max(time) FROM information_schema.processlist WHERE state LIKE 'Waiting for%lock'
"""
ROW_LOCK_WAIT = """
    SELECT max(timestampdiff(MICROSECOND, trx_wait_started, now(6))) / 1000000
    FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'
"""
ROWS = """
    SELECT table_rows FROM information_schema.tables
    WHERE table_schema = coalesce(:schema, DATABASE()) AND table_name = :name
"""


class MySQLStatus(ServerStatus):
    """The load of a server of MySQL or MariaDB."""

    def start(self) -> None:
        """Limit the wait for the locks of rows and tables in this session."""
        self.connection.execute(text("SET SESSION innodb_lock_wait_timeout = 1"))
        self.connection.execute(text("SET SESSION lock_wait_timeout = 1"))

    def is_transient(self, error: DBAPIError) -> bool:
        """Return whether another transaction was in the way."""
        arguments = getattr(error.orig, "args", None) or (None,)
        return arguments[0] in TRANSIENT

    def active_sessions(self) -> float | None:
        """Return how many other sessions run a statement."""
        return self.query(ACTIVE)

    def lock_wait_seconds(self) -> float | None:
        """Return how long another session has waited for a table or a row."""
        waits = [wait for sql in (LOCK_WAIT, ROW_LOCK_WAIT) if (wait := self.query(sql))]
        return max(waits, default=None)

    def estimate_rows(self, table: str) -> int:
        """Estimate the rows by the server's statistics; count them if it has none."""
        schema, _, name = table.replace("`", "").rpartition(".")
        rows = self.query(ROWS, schema=schema or None, name=name)
        return int(rows or 0) or super().estimate_rows(table)
