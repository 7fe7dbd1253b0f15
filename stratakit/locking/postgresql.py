"""PostgreSQL: an advisory lock of the session, so that it ends with the connection."""

import secrets
import zlib
from typing import Any

from sqlalchemy import Connection, text

from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.locking.base import Scope, SessionLock
from stratakit.locking.identity import process_identity

# Advisory locks are per database; any constant that no one else uses will do.
KEY = 0x53545241
# The schema of the version table, or the one in which it will be created.
SCHEMA_QUERY = """
    SELECT coalesce((SELECT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                     WHERE pg_class.oid = to_regclass('alembic_version')), current_schema())
"""

LOCK_CONDITION = """
    locktype = 'advisory' AND granted AND classid = {high} AND objid = {low}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
HOLDER_QUERY = """
    SELECT concat(application_name, ' (server process ', pid, ', client ',
                  coalesce(host(client_addr), 'on this host'),
                  ', since ', date_trunc('second', backend_start), ')')
    FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {lock}
"""
# A statement of a disconnected client, such as a long ALTER, would hold the lock until it ends:
# https://www.postgresql.org/docs/current/runtime-config-connection.html (since PostgreSQL 14)
CONNECTION_CHECK = """
    SELECT set_config(name, {value}, false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'
"""
# One session may acquire an advisory lock twice: a client to which a pooler gives this session
# would see the lock as its own.
IS_HELD = """
    SELECT coalesce(current_setting('strata.holder', true), '') = :token
    AND EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND {lock})
"""


class PostgreSQLLock(SessionLock):
    """The lock on the migrations' own connection.

    Schemas with a version table each are migrated at the same time: each migration shares the lock
    of the database, and has the lock of its schema.
    """

    def __init__(self, connection: Connection, scope: Scope) -> None:
        super().__init__(connection, scope)
        self.key = KEY
        if not scope.is_whole:
            schema = scope.schema or self._query(SCHEMA_QUERY)
            if schema is None:
                raise self._no_schema()
            work = f"{schema} {scope.backfill}"
            self.key = KEY << 32 | zlib.crc32(work.encode())
        self._lock = LOCK_CONDITION.format(high=self.key >> 32, low=self.key & 0xFFFFFFFF)
        self.token = secrets.token_hex(8)
        self.name: object = ""
        self._refuse_pooler()

    def try_acquire(self) -> bool:
        """Try once, without waiting."""
        whole = self.scope.is_whole
        if not whole and not self._query(f"SELECT pg_try_advisory_lock_shared({KEY})"):
            return False
        if not self._query(f"SELECT pg_try_advisory_lock({self.key})"):
            if not whole:
                self._query(f"SELECT pg_advisory_unlock_shared({KEY})")
            return False
        self.name = self._query("SELECT current_setting('application_name')")
        self._query("SELECT set_config('strata.holder', :value, false)", value=self.token)
        self._query(CONNECTION_CHECK.format(value="'1000'"))
        self._set_application_name(f"{self._verb} {process_identity()}")
        return True

    def describe_holder(self) -> str:
        """Describe the session that holds the lock."""
        whole = LOCK_CONDITION.format(high=KEY >> 32, low=KEY) + " AND mode = 'ExclusiveLock'"
        holders = (self._query(HOLDER_QUERY.format(lock=each)) for each in (self._lock, whole))
        return str(next(filter(None, holders), "it has just ended"))

    def publish_status(self, status: str) -> None:
        """Show the status as the name of the session, which PostgreSQL cuts off at 63 bytes."""
        self.connection.execute(
            text("SELECT set_config('application_name', :value, false)"),
            {"value": f"{self._verb} {process_identity()} {status}"},
        )

    def is_held(self) -> bool:
        """Return whether this very session holds the lock."""
        return bool(
            self.connection.scalar(text(IS_HELD.format(lock=self._lock)), {"token": self.token})
        )

    @property
    def release_statement(self) -> str:
        """The statement that releases the lock of the session."""
        shared = "" if self.scope.is_whole else f", pg_advisory_unlock_shared({KEY})"
        return f"SELECT pg_advisory_unlock({self.key}){shared}"

    @property
    def _verb(self) -> str:
        return f"backfill {self.scope.backfill}" if self.scope.backfill else "migrate"

    def _unlock(self) -> None:
        self._query(self.release_statement)
        self._query(CONNECTION_CHECK.format(value="reset_val"))
        self._set_application_name(self.name)

    def _set_application_name(self, name: object) -> None:
        self._query("SELECT set_config('application_name', :value, false)", value=name)

    def _no_schema(self) -> StrataError:
        path = self._query("SELECT current_setting('search_path')")
        return StrataError(
            f"No schema of the search path exists: {path}.",
            detail="The revisions could create nothing. Nothing was changed.",
            hint=f"Create the schema, or correct its name: CREATE SCHEMA {path};",
        )

    def _refuse_pooler(self) -> None:
        """Refuse a pooler, which answers the connection's start with a number of its own.

        https://www.postgresql.org/docs/current/protocol-flow.html, BackendKeyData.
        """
        driver: Any = self.connection.connection.driver_connection
        info = getattr(driver, "info", None)
        if info is None:
            return
        if self._query("SELECT pg_backend_pid()") != info.backend_pid:
            raise DatabaseUnavailable(
                "This connection goes through a pooler, such as PgBouncer.",
                detail="A pooler shares sessions, so every client would have the migration lock. "
                "Nothing was changed.",
                hint="Set the database itself for migrations: "
                "MIGRATION_DATABASE_URL=postgresql://user:password@host:5432/name",
            )
