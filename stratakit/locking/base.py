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
        """Try once, without waiting; a wait inside the database would keep a snapshot open."""

    @abstractmethod
    def describe_holder(self) -> str:
        """Describe the session that holds it: host, process, since when, at which revision."""

    def publish_status(self, work: str) -> None:
        """Show those who wait the work that is being done, within a transaction.

        A database whose sessions have no name that others could see shows nothing.
        """
        return

    @abstractmethod
    def is_held(self) -> bool:
        """Whether this very session holds it: the fence, asked within a transaction."""

    @abstractmethod
    def release(self) -> None:
        """Release it; a connection that is gone has done so already."""
