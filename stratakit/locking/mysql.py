"""MySQL and MariaDB: a named lock of the session, so that it ends with the connection.

Nodes of a Galera cluster do not share it: migrations have to go to one of them.
"""

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from stratakit.locking.base import Scope, SessionLock

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


class MySQLLock(SessionLock):
    """The lock on the migrations' own connection."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        super().__init__(connection, scope)
        # The URL may name another database than the one that the connection leads to.
        work = f"backfill {scope.backfill}" if scope.backfill else "migrations"
        name = f"{work} of {scope.schema or connection.scalar(text('SELECT DATABASE()'))}"
        if not self.nested:
            connection.commit()
        # A name may have 64 characters, and so may a database's.
        self.name = name if len(name) <= 64 else hashlib.sha256(name.encode()).hexdigest()

    def try_acquire(self) -> bool:
        """Try once, without waiting."""
        return self._query("SELECT GET_LOCK(:name, 0)", name=self.name) == 1

    def describe_holder(self) -> str:
        """Describe the session that holds the lock."""
        if not (holder := self._query("SELECT IS_USED_LOCK(:name)", name=self.name)):
            return "it has just ended"
        parts = [f"connection {holder}"]
        for title, query in (
            ("from", SESSION_QUERY.format(column="host")),
            ("process", PROCESS_NUMBER_QUERY),
            ("running", SESSION_QUERY.format(column=STATEMENT)),
            ("last done", LAST_REVISION_QUERY),
        ):
            with suppress(DBAPIError):
                if answer := self._query(query, name=self.name):
                    parts.append(f"{title} {answer}")
            self._end_transaction()
        return ", ".join(parts)

    def is_held(self) -> bool:
        """Return whether this very session holds the lock."""
        return bool(
            self.connection.scalar(
                text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()"), {"name": self.name}
            )
        )

    @property
    def release_statement(self) -> str:
        """The statement that releases the lock of the session."""
        name = self.name.replace("\\", "\\\\").replace("'", "''")
        return f"SELECT RELEASE_LOCK('{name}')"

    def _unlock(self) -> None:
        self._query("SELECT RELEASE_LOCK(:name)", name=self.name)
