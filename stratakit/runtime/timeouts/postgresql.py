"""PostgreSQL: lock_timeout and statement_timeout of each transaction.

A statement with CONCURRENTLY has neither: it waits for other transactions, and none waits for it. A
cancelled build leaves an INVALID index, which IF NOT EXISTS would take for a valid one
(https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
"""

import re
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, TextClause, text

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.errors import sqlstate
from stratakit.locking.policy import WaitPolicy
from stratakit.runtime.timeouts.base import Blocker, SessionTimeouts

BUSY = ("55P03", "40P01")
"""lock_not_available and deadlock_detected."""

NAME = r'(?:"[^"]+"|[\w$]+)'
BUILT = re.compile(
    rf"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<index>{NAME})"
    rf"\s+ON\s+(?:ONLY\s+)?(?P<table>{NAME}(?:\.{NAME})?)",
    re.IGNORECASE,
)
CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)
INVALID = text("""
    SELECT format('%I.%I', nspname, relname)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE NOT indisvalid AND relname = :index AND indrelid = to_regclass(:table)
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = indexrelid)
""")
BLOCKERS = text("""
    SELECT concat('server process ', pid, ' (',
                  concat_ws(', ', usename, nullif(application_name, ''), host(client_addr)),
                  '), ', state, ', in a transaction since ',
                  date_trunc('second', xact_start), ', holds ',
                  string_agg(DISTINCT mode || ' on ' || relname, ', '), ': ', left(query, 200)),
           CASE WHEN bool_or(position(relname IN :statement) > 0)
                THEN concat('SELECT pg_terminate_backend(', pid, ')') ELSE '' END
    FROM pg_locks JOIN pg_stat_activity USING (pid) JOIN pg_class ON pg_class.oid = relation
    WHERE granted AND pg_locks.database = (SELECT oid FROM pg_database
                                           WHERE datname = current_database())
    AND relation >= 16384 AND relkind <> 'i' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    GROUP BY pid, usename, application_name, client_addr, state, xact_start, query
    ORDER BY bool_or(position(relname IN :statement) > 0) DESC, xact_start LIMIT 3
""")


class PostgreSQLTimeouts(SessionTimeouts):
    """The timeouts of one run on a connection."""

    def __init__(self, connection: Connection, policy: WaitPolicy) -> None:
        super().__init__(connection, policy)
        self.phase: str | None = None
        self.of_session = False

    def begin(self, phase: str | None) -> None:
        """Set the timeouts of a transaction of a revision of this phase."""
        self.phase = phase
        if self._autocommit:
            self.of_session = True
            self._set("SET", self.policy.lock_timeout_seconds, self._statement_timeout)
        else:
            self._set("SET LOCAL", self.policy.lock_timeout_seconds, self._statement_timeout)

    def end(self) -> None:
        """Leave the session as it was."""
        if self.of_session:
            self.connection.exec_driver_sql("RESET lock_timeout")
            self.connection.exec_driver_sql("RESET statement_timeout")
            self.connection.commit()

    def before(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Remove the timeouts of a statement with CONCURRENTLY, and its INVALID index."""
        if self._autocommit and CONCURRENTLY.search(statement):
            self._set("SET", 0, 0)
            for index in self._invalid(statement):
                with self._cursor() as cursor:
                    cursor.execute(f"DROP INDEX CONCURRENTLY {index}")

    def after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Set the timeouts again, and refuse an index that is INVALID."""
        if self._autocommit and CONCURRENTLY.search(statement):
            self._set("SET", self.policy.lock_timeout_seconds, self._statement_timeout)
            for index in self._invalid(statement):
                raise StrataError(
                    f"The index {index} was built and is INVALID.",
                    detail="No query uses it, and it slows down writes.",
                    hint=f"Find out why (\\d in psql), then: DROP INDEX CONCURRENTLY {index}, "
                    f"and {MIGRATE} upgrade",
                )

    def is_retryable(self, statement: str) -> bool:
        """Return whether a statement is a transaction of its own that may be tried again."""
        return self._autocommit and not CONCURRENTLY.search(statement)

    def is_lock_error(self, error: Any, _statement: str) -> bool:
        """Return whether a lock was not available."""
        return sqlstate(error) in BUSY

    def blockers(self, statement: str) -> list[Blocker]:
        """Return the sessions that hold locks, those on the statement's tables first."""
        found = [Blocker(*row) for row in self._rows(BLOCKERS, statement=statement)]
        if not self._autocommit:
            self.connection.connection.rollback()
        return found

    def leftover_indexes(self, statement: str) -> list[str]:
        """The INVALID index of a build that failed, which `before` drops in the next run."""
        found = self._invalid(statement) if CONCURRENTLY.search(statement) else []
        if not self._autocommit:
            self.connection.connection.rollback()
        return found

    @property
    def _autocommit(self) -> bool:
        return self.connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"

    @property
    def _statement_timeout(self) -> float:
        return self.policy.statement_timeout(self.phase)

    def _set(self, how: str, lock_timeout: float, statement_timeout: float) -> None:
        with self._cursor() as cursor:
            # One round trip for both, because every transaction needs it.
            is_local = how == "SET LOCAL"
            cursor.execute(
                f"SELECT set_config('lock_timeout', '{round(lock_timeout * 1000)}', {is_local}), "
                f"set_config('statement_timeout', '{round(statement_timeout * 1000)}', {is_local})"
            )

    def _invalid(self, statement: str) -> list[str]:
        if not (built := BUILT.match(statement)):
            return []
        index = built["index"]
        name = index[1:-1] if index.startswith('"') else index.lower()
        return [row[0] for row in self._rows(INVALID, index=name, table=built["table"])]

    def _rows(self, query: TextClause, **values: str) -> list[tuple[str, ...]]:
        """Return the rows of a query, by a statement in the form that the driver takes."""
        compiled = query.compile(dialect=self.connection.dialect)
        names = compiled.positiontup
        parameters = values if names is None else tuple(values[name] for name in names)
        with self._cursor() as cursor:
            cursor.execute(str(compiled), parameters)
            return list(cursor.fetchall())

    def _cursor(self) -> Any:
        """The driver's own cursor: its statements are not those of a revision."""
        return closing(self.connection.connection.cursor())
