"""The backup of one kind of database."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection

from stratakit.engine.url import DatabaseURL


class BackupFormat(ABC):
    """The files that back up one kind of database, and the programs that write and read them."""

    suffix: ClassVar[str]

    @abstractmethod
    def dump(self, connection: Connection, url: DatabaseURL, path: Path) -> None:
        """Dump a database into a file.

        Raises:
            StrataError: there is no program for it, or it fails.
        """

    @abstractmethod
    def check(self, path: Path) -> None:
        """Read a file to its end, to see whether it is a complete backup.

        Raises:
            StrataError: the file is damaged, or there is no program to read it.
        """

    @abstractmethod
    def load(self, connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
        """Replace the contents of a database by a backup.

        Args:
            connection: the connection that holds the migration lock.
            url: the database.
            path: the backup.
            roles: whether owners and grants, or definers, are restored too.

        Raises:
            StrataError: it failed; the error names the state of the database.
        """
