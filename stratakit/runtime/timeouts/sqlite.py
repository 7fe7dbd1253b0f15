"""SQLite: the time to wait for the one writer; a wait blocks nobody else."""

from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from stratakit.locking.policy import WaitPolicy
from stratakit.runtime.timeouts.base import SessionTimeouts


class SQLiteTimeouts(SessionTimeouts):
    """The time that a run waits for a writer of the application."""

    def __init__(self, connection: Connection, policy: WaitPolicy) -> None:
        super().__init__(connection, policy)
        self.before_it = 0

    def start(self) -> None:
        """Wait for as long as other databases are retried."""
        self.before_it = int(self._pragma("busy_timeout"))
        self._pragma(f"busy_timeout = {round(self.policy.retry_seconds * 1000)}")

    def end(self) -> None:
        """Leave the connection as it was."""
        self._pragma(f"busy_timeout = {self.before_it}")

    def _pragma(self, text: str) -> Any:
        with closing(self.connection.connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA {text}")
            row = cursor.fetchone()
            return row[0] if row else None
