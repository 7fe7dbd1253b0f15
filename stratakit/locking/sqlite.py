"""SQLite: a lock on a file next to the database, so that it ends with the process."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from stratakit.locking.base import MigrationLock, Scope
from stratakit.locking.identity import process_identity
from stratakit.process import file_lock


class SQLiteLock(MigrationLock):
    """The lock next to the database's file; a database in memory is never shared."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        # By the driver: SQLAlchemy would begin a transaction, and wait for another migrator's.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA database_list")
        file = cursor.fetchone()
        cursor.close()
        work = f"backfill-{scope.backfill}" if scope.backfill else "migrating"
        self.path = Path(f"{file[2]}.{work}") if file and file[2] else None
        self.descriptor: int | None = None
        self.since = ""

    def try_acquire(self) -> bool:
        """Try once, without waiting."""
        if self.path is None:
            return True
        self.descriptor = file_lock.try_lock(self.path)
        if self.descriptor is not None:
            self.since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
            self.publish_status("")
        return self.descriptor is not None

    def describe_holder(self) -> str:
        """Describe the process that holds the lock."""
        try:
            return (self.path.read_text() if self.path else "") or "it has just begun"
        except FileNotFoundError:
            return "it has just ended"

    def publish_status(self, status: str) -> None:
        """Write the status into the file."""
        if self.path is not None:
            self.path.write_text(
                f"migrate {process_identity()} {status}".strip() + f", since {self.since}"
            )

    def is_held(self) -> bool:
        """Return whether the locked file is still the one at its path."""
        if self.path is None or self.descriptor is None:
            return True
        return file_lock.is_at(self.path, self.descriptor)

    def release(self) -> None:
        """Release the lock, and remove its file."""
        if self.path is not None and self.descriptor is not None:
            file_lock.release(self.path, self.descriptor)
