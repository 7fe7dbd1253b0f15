"""The migration lock, whatever the database."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Scope:
    """The extent of a lock.

    Args:
        backfill: the backfill that is locked; empty for the migrations.
        schema: that of the version table; empty for the current one. Schemas that have a version
            table each are migrated at the same time.
        is_whole: whether it is the whole database, with all schemas.
    """

    backfill: str = ""
    schema: str = ""
    is_whole: bool = False


class MigrationLock(ABC):
    """The lock on the migrations' connection, or outside of it.

    Args:
        connection: the migrations' own.
        scope: what is locked.
    """

    @abstractmethod
    def __init__(self, connection: Connection, scope: Scope) -> None: ...

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

    @property
    def release_statement(self) -> str:
        """The statement that releases a lock of a session; empty if the session has none."""
        return ""

    @abstractmethod
    def release(self) -> None:
        """Release the lock; a closed connection has done so already."""


class SessionLock(MigrationLock):
    """A lock of the session on the migrations' own connection, so that it ends with both."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self.connection = connection
        self.scope = scope
        self.nested = connection.in_transaction()

    def release(self) -> None:
        """Release the lock; a closed connection has done so already."""
        if not self.connection.closed and not self.connection.invalidated:
            self._end_transaction()
            self._unlock()

    @abstractmethod
    def _unlock(self) -> None:
        """Release the lock on an open connection."""

    def _query(self, statement: str, **parameters: object) -> object:
        """Return the first value of a statement's result; leave no transaction open."""
        result = self.connection.execute(text(statement), parameters)
        value: object = result.scalar() if result.returns_rows else None
        if not self.nested:
            self.connection.commit()
        return value

    def _end_transaction(self) -> None:
        if not self.nested and self.connection.in_transaction():
            self.connection.rollback()
