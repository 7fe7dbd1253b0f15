"""PostgreSQL: an advisory lock of the session, so that it ends with the connection."""

import secrets
from typing import Any

from sqlalchemy import Connection, text

from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.locking.base import MigrationLock
from stratakit.locking.identity import process_identity

# Advisory locks are per database; any constant that no one else uses will do.
KEY = 0x53545241

LOCK = f"""
    locktype = 'advisory' AND granted AND classid = 0 AND objid = {KEY}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
HOLDER = f"""
    SELECT concat(application_name, ' (server process ', pid, ', client ',
                  coalesce(host(client_addr), 'on this host'),
                  ', since ', date_trunc('second', backend_start), ')')
    FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {LOCK}
"""
# A statement of a client that is gone would keep the lock until it ends, such as a long ALTER:
# https://www.postgresql.org/docs/current/runtime-config-connection.html (since PostgreSQL 14)
NOTICE = """
    SELECT set_config(name, {value}, false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'
"""
# An advisory lock may be taken twice by one session: whom a pooler gives this one's session would
# see the lock as its own.
KEPT = f"""
    SELECT coalesce(current_setting('strata.holder', true), '') = :token
    AND EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND {LOCK})
"""


class PostgreSQLLock(MigrationLock):
    """The lock on the migrations' own connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.nested = connection.in_transaction()
        self.token = secrets.token_hex(8)
        self.name: object = ""
        self._refuse_pooler()

    def try_acquire(self) -> bool:
        """Try once."""
        if not self._asked(f"SELECT pg_try_advisory_lock({KEY})"):
            return False
        self.name = self._asked("SELECT current_setting('application_name')")
        self._asked("SELECT set_config('strata.holder', :value, false)", self.token)
        self._asked(NOTICE.format(value="'1000'"))
        self._set_application_name(f"migrate {process_identity()}")
        return True

    def describe_holder(self) -> str:
        """Who holds it."""
        return str(self._asked(HOLDER) or "it has just ended")

    def publish_status(self, work: str) -> None:
        """Show it as the name of the session, of which 63 bytes are kept."""
        self.connection.execute(
            text("SELECT set_config('application_name', :value, false)"),
            {"value": f"migrate {process_identity()} {work}"},
        )

    def is_held(self) -> bool:
        """Whether the lock is held by this very session."""
        return bool(self.connection.scalar(text(KEPT), {"token": self.token}))

    def release(self) -> None:
        """Give it back; a connection that is gone has done so already."""
        if not self.connection.closed and not self.connection.invalidated:
            if not self.nested and self.connection.in_transaction():
                self.connection.rollback()
            self._asked(f"SELECT pg_advisory_unlock({KEY})")
            self._asked(NOTICE.format(value="reset_val"))
            self._set_application_name(self.name)

    def _set_application_name(self, name: object) -> None:
        self._asked("SELECT set_config('application_name', :value, false)", name)

    def _asked(self, statement: str, value: object = None) -> object:
        given = {} if value is None else {"value": value}
        result = self.connection.execute(text(statement), given)
        answer: object = result.scalar() if result.returns_rows else None
        if not self.nested:
            self.connection.commit()
        return answer

    def _refuse_pooler(self) -> None:
        """A pooler answers with a number of its own at the connection's start.

        https://www.postgresql.org/docs/current/protocol-flow.html, BackendKeyData.
        """
        driver: Any = self.connection.connection.driver_connection
        info = getattr(driver, "info", None)
        if info is None:
            return
        if self._asked("SELECT pg_backend_pid()") != info.backend_pid:
            raise DatabaseUnavailable(
                "This connection goes through a pooler, such as PgBouncer.",
                detail="There a session is shared, so that the lock that keeps a second migrator "
                "away would be everyone's. Nothing was changed.",
                hint="Name the database itself for migrations: "
                "MIGRATION_DATABASE_URL=postgresql://user:password@host:5432/name",
            )
