"""PostgreSQL: an advisory lock of the session, so that it ends with the connection."""

from sqlalchemy import Connection, text

# Advisory locks are per database; any constant that no one else uses will do.
KEY = 0x53545241


HOLDER = f"""
    SELECT concat_ws(' ', 'process', pid, 'of', coalesce(host(client_addr), 'this host'),
                     'since', date_trunc('second', backend_start))
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = {KEY}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Lock:
    """The lock on the migrations' own connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.nested = connection.in_transaction()

    def take(self) -> bool:
        """Try once."""
        return bool(self._asked(f"SELECT pg_try_advisory_lock({KEY})"))

    def holder(self) -> str:
        """Who holds it."""
        who = self._asked(HOLDER)
        return str(who or "it has just ended")

    def release(self) -> None:
        """Give it back; a connection that is gone has done so already."""
        if not self.connection.closed and not self.connection.invalidated:
            if not self.nested and self.connection.in_transaction():
                self.connection.rollback()
            self._asked(f"SELECT pg_advisory_unlock({KEY})")

    def _asked(self, statement: str) -> object:
        answer: object = self.connection.scalar(text(statement))
        if not self.nested:
            self.connection.commit()
        return answer
