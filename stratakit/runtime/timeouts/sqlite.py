"""SQLite: one writer at a time, for whom the next one waits without being in anyone's way."""

from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from stratakit.locking.policy import Patience


class Timeouts:
    """How long a run waits for a writer of the application."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self.connection = connection
        self.patience = patience
        self.before_it = 0

    def start(self) -> None:
        """Wait for as long as the other databases would try again."""
        self.before_it = int(self._pragma("busy_timeout"))
        self._pragma(f"busy_timeout = {round(self.patience.retry_seconds * 1000)}")

    def begin(self, phase: str | None) -> None:
        """Nothing: it is the connection's."""

    def end(self) -> None:
        """Leave the connection as it was."""
        self._pragma(f"busy_timeout = {self.before_it}")

    def before(self, *_: Any) -> None:
        """Nothing: no statement is an exception."""

    def after(self, *_: Any) -> None:
        """Nothing."""

    def alone(self, _statement: str) -> bool:
        """No statement: the whole revision is one transaction."""
        return False

    def busy(self, _error: Any, _statement: str) -> bool:
        """Nothing: SQLite has waited already."""
        return False

    def blockers(self, _statement: str) -> list[str]:
        """Nobody: SQLite does not tell."""
        return []

    def left(self, _statement: str) -> list[str]:
        """Nothing: the whole revision is undone."""
        return []

    def _pragma(self, text: str) -> Any:
        with closing(self.connection.connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA {text}")
            row = cursor.fetchone()
            return row[0] if row else None
