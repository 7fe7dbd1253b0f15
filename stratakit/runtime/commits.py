"""The commit of env.py: a transaction that env.py opened is env.py's to commit."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, event

from stratakit.alembic_private import is_autocommit
from stratakit.diagnostics.errors import StrataError

WRITES = ("INSERT", "UPDATE", "DELETE")
"""The statements of which every run that changes anything executes one, for the version row.

Without a step, Alembic creates the version table, and commits nothing.
"""
ENDS = ("COMMIT", "END")


class CommitMonitor:
    """The connections that env.py configures, and the writes that are still to be committed.

    Args:
        env_py: the file.
    """

    def __init__(self, env_py: Path) -> None:
        self._env_py = env_py
        self._uncommitted: set[Connection] = set()
        self._resources = ExitStack()

    def watch(self, connection: Connection) -> None:
        """Watch a connection until the monitor is closed."""
        self._resources.enter_context(self._watched(connection))

    def close(self) -> None:
        """Stop watching."""
        self._resources.close()

    def require_commit(self) -> None:
        """Raise a StrataError if env.py has ended without a commit of what the run wrote."""
        for connection in self._uncommitted:
            raise StrataError(
                f"{self._env_py} did not commit its transaction, and the run was rolled back.",
                detail="The connection was in a transaction when env.py passed it to "
                "context.configure(). Alembic leaves the commit of such a transaction to env.py. "
                f"{_rest(connection)}",
                hint="Commit in env.py after context.run_migrations(): connection.commit(), or "
                "`await connection.commit()` after `await connection.run_sync(...)`. "
                "Then run the command again.",
            )

    @contextmanager
    def _watched(self, connection: Connection) -> Iterator[None]:
        def execute(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            beginning = statement.lstrip().upper()
            if beginning.startswith(WRITES) and not is_autocommit(connection):
                self._uncommitted.add(connection)
            elif beginning.startswith(ENDS):
                self._uncommitted.discard(connection)

        def commit(_connection: Connection) -> None:
            self._uncommitted.discard(connection)

        event.listen(connection, "before_cursor_execute", execute)
        event.listen(connection, "commit", commit)
        try:
            yield
        finally:
            event.remove(connection, "before_cursor_execute", execute)
            event.remove(connection, "commit", commit)


def _rest(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        return "Nothing was kept."
    return (
        "The version table is as it was before. This database may have kept changes of tables: "
        "undo those manually."
    )
