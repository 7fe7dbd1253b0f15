"""The interface of the observers: they watch a database while a revision runs."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.relation import Table
from stratakit.lint.trace.revision_run import Direction, RevisionRun
from stratakit.lint.trace.statement import Statement

Parameters = Sequence[object] | Mapping[str, object] | None
"""One set of a statement's parameters, as a driver takes it."""


class StatementObserver(ABC):
    """Adds to each statement what the database shows of it.

    A database overrides what it can show; `begin` comes before each run.
    """

    connection: Connection

    def begin(self, connection: Connection, direction: Direction) -> None:
        """Prepare for a run.

        Args:
            connection: the connection that the revision will run on, outside of a transaction.
            direction: upgrade or downgrade; a downgrade comes after its own upgrade.
        """
        self.connection = connection
        self._driver = connection.connection.dbapi_connection

    def before(self, statement: Statement, parameters: Parameters) -> None:  # noqa: B027
        """Look at the database before a statement runs."""

    def after(self, statement: Statement) -> None:  # noqa: B027
        """Look at the database after a statement has run."""

    def complete(self, run: RevisionRun) -> RevisionRun:
        """Add to a run that has ended what shows at its end alone."""
        return run

    @abstractmethod
    def read_tables(self, names: Collection[str]) -> dict[str, Table | None]:
        """Read relations as they are; None for one that does not exist."""

    def cursor(self) -> DBAPICursor:
        """Open a cursor of the driver, whose statements are not recorded."""
        assert self._driver is not None
        return self._driver.cursor()
