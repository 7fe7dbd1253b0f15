"""MySQL and MariaDB: lock timeouts of the session, and retries of each statement.

Each statement that changes the schema is a transaction of its own, so only that statement is
retried. By default, a metadata lock is waited for up to a day (lock_wait_timeout).
"""

import math
import re
from contextlib import closing
from typing import Any

from stratakit.runtime.timeouts.base import Blocker, SessionTimeouts

TIMED_OUT, DEADLOCK = 1205, 1213
SCHEMA = re.compile(r"\s*(ALTER|CREATE|DROP|RENAME|TRUNCATE|OPTIMIZE)\b", re.IGNORECASE)
TIMEOUTS = ("lock_wait_timeout", "innodb_lock_wait_timeout")
BLOCKERS = """
    SELECT concat('connection ', id, ' (', user, ' from ', host, '), in a transaction since ',
                  trx_started, ': ', coalesce(left(info, 200), 'idle')), id
    FROM information_schema.innodb_trx JOIN information_schema.processlist
    ON id = trx_mysql_thread_id WHERE id <> CONNECTION_ID() ORDER BY trx_started LIMIT 3
"""


class MySQLTimeouts(SessionTimeouts):
    """The timeouts of one run on a connection."""

    def start(self) -> None:
        """Set the timeouts, in whole seconds, at least one."""
        if self.policy.lock_timeout_seconds:
            self._set(str(math.ceil(self.policy.lock_timeout_seconds)))

    def end(self) -> None:
        """Leave the session as it was."""
        self._set("DEFAULT")

    def is_retryable(self, _statement: str) -> bool:
        """Every statement may be retried if `is_lock_error` is true."""
        return True

    def is_lock_error(self, error: Any, statement: str) -> bool:
        """Return whether a lock was not available, and only this statement was rolled back.

        A deadlock undoes the rows that the transaction changed before; a statement that changes
        the schema has committed those.
        https://dev.mysql.com/doc/refman/8.4/en/innodb-error-handling.html
        """
        number = error.args[0] if getattr(error, "args", ()) else None
        return number == TIMED_OUT or (number == DEADLOCK and bool(SCHEMA.match(statement)))

    def blockers(self, _statement: str) -> list[Blocker]:
        """Return the sessions with open transactions, oldest first; needs the right PROCESS."""
        try:
            with closing(self.connection.connection.cursor()) as cursor:
                cursor.execute(BLOCKERS)
                rows = cursor.fetchall()
            # The tables of a session are not shown: only a single one is known to be in the way.
            return [Blocker(str(words), f"KILL {id_}" * (len(rows) == 1)) for words, id_ in rows]
        except Exception:
            return [
                Blocker("another transaction, which only a user with the privilege PROCESS can see")
            ]

    def _set(self, value: str) -> None:
        with closing(self.connection.connection.cursor()) as cursor:
            for name in TIMEOUTS:
                cursor.execute(f"SET SESSION {name} = {value}")
