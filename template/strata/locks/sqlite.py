"""SQLite: the kernel's lock on a file beside the database, so that it ends with the process."""

import os
from pathlib import Path

from sqlalchemy import Connection

from strata import filelock


class Lock:
    """The lock beside the database's file; a database in memory has nobody to share with."""

    def __init__(self, connection: Connection) -> None:
        # By the driver: SQLAlchemy would begin a transaction, and wait for another migrator's.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA database_list")
        file = cursor.fetchone()
        cursor.close()
        self.path = Path(f"{file[2]}.migrating") if file and file[2] else None
        self.descriptor: int | None = None

    def take(self) -> bool:
        """Try once."""
        if self.path is None:
            return True
        self.descriptor = filelock.take(self.path)
        if self.descriptor is not None:
            self.path.write_text(f"process {os.getpid()}")
        return self.descriptor is not None

    def holder(self) -> str:
        """Who holds it."""
        return self.path.read_text() if self.path else ""

    def release(self) -> None:
        """Give it back; the file stays, since another may be waiting for it."""
        if self.descriptor is not None:
            os.close(self.descriptor)
