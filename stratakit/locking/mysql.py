"""MySQL and MariaDB: a named lock of the session, so that it ends with the connection.

Nodes of a Galera cluster do not share it: migrations have to go to one of them.
"""

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from stratakit.locking.base import MigrationLock

STATEMENT = "concat(left(info, 100), ' for ', time, ' s')"
SESSION_QUERY = "SELECT {column} FROM information_schema.processlist WHERE id = IS_USED_LOCK(:name)"
# MariaDB has it only if performance_schema is on, which is not the default there.
PROCESS_NUMBER_QUERY = """
    SELECT attr_value FROM performance_schema.session_account_connect_attrs
    WHERE processlist_id = IS_USED_LOCK(:name) AND attr_name = '_pid'
"""
LAST_REVISION_QUERY = (
    "SELECT concat(revision, ' at ', finished, ' UTC') FROM migration_log ORDER BY id DESC LIMIT 1"
)


class MySQLLock(MigrationLock):
    """The lock on the migrations' own connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.nested = connection.in_transaction()
        name = f"migrations of {connection.engine.url.database}"
        # A name may have 64 characters, and so may a database's.
        self.name = name if len(name) <= 64 else hashlib.sha256(name.encode()).hexdigest()

    def try_acquire(self) -> bool:
        """Try once, without waiting."""
        return self._query("SELECT GET_LOCK(:name, 0)") == 1

    def describe_holder(self) -> str:
        """Describe the session that holds the lock."""
        if not (holder := self._query("SELECT IS_USED_LOCK(:name)")):
            return "it has just ended"
        parts = [f"connection {holder}"]
        for title, query in (
            ("from", SESSION_QUERY.format(column="host")),
            ("process", PROCESS_NUMBER_QUERY),
            ("running", SESSION_QUERY.format(column=STATEMENT)),
            ("last done", LAST_REVISION_QUERY),
        ):
            with suppress(DBAPIError):
                if answer := self._query(query):
                    parts.append(f"{title} {answer}")
            if not self.nested and self.connection.in_transaction():
                self.connection.rollback()
        return ", ".join(parts)

    def is_held(self) -> bool:
        """Return whether this very session holds the lock."""
        return bool(
            self.connection.scalar(
                text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()"), {"name": self.name}
            )
        )

    def release(self) -> None:
        """Release the lock; a closed connection has done so already."""
        if not self.connection.closed and not self.connection.invalidated:
            if not self.nested and self.connection.in_transaction():
                self.connection.rollback()
            self._query("SELECT RELEASE_LOCK(:name)")

    def _query(self, statement: str) -> object:
        answer: object = self.connection.scalar(text(statement), {"name": self.name})
        if not self.nested:
            self.connection.commit()
        return answer
