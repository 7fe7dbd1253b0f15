"""MySQL and MariaDB: a named lock of the session, so that it ends with the connection."""

from sqlalchemy import Connection, text


class Lock:
    """The lock on the migrations' own connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.nested = connection.in_transaction()
        self.name = f"migrations of {connection.engine.url.database}"[:64]

    def take(self) -> bool:
        """Try once."""
        return self._asked("SELECT GET_LOCK(:name, 0)") == 1

    def holder(self) -> str:
        """Who holds it."""
        holder = self._asked("SELECT IS_USED_LOCK(:name)")
        return f"connection {holder}" if holder else "it has just ended"

    def release(self) -> None:
        """Give it back; a connection that is gone has done so already."""
        if not self.connection.closed and not self.connection.invalidated:
            if not self.nested and self.connection.in_transaction():
                self.connection.rollback()
            self._asked("SELECT RELEASE_LOCK(:name)")

    def _asked(self, statement: str) -> object:
        answer: object = self.connection.scalar(text(statement), {"name": self.name})
        if not self.nested:
            self.connection.commit()
        return answer
