"""The migration lock, whatever the database."""

from abc import ABC, abstractmethod

from sqlalchemy import Connection


class MigrationLock(ABC):
    """The lock on the migrations' own connection, or beside it.

    Args:
        connection: the migrations' own.
    """

    @abstractmethod
    def __init__(self, connection: Connection) -> None: ...

    @abstractmethod
    def try_acquire(self) -> bool:
        """Try once, without waiting: a wait inside the database would hold a snapshot open."""

    @abstractmethod
    def describe_holder(self) -> str:
        """Describe the holder of the lock: host, process, since when, at which revision."""

    def publish_status(self, status: str) -> None:
        """Show waiting processes what this one is doing; called within a transaction.

        A database whose sessions have no visible name shows nothing.
        """
        return

    @abstractmethod
    def is_held(self) -> bool:
        """Return whether this very session holds the lock; called within a transaction, a fence."""

    @abstractmethod
    def release(self) -> None:
        """Release the lock; a closed connection has done so already."""
