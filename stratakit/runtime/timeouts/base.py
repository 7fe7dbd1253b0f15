"""The timeouts of a run, whatever the database."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from stratakit.locking.policy import WaitPolicy


@dataclass(frozen=True)
class Blocker:
    """A session that may be in the way of a statement.

    Args:
        description: its number, user and address, and what it holds.
        end: the statement that ends it; empty if it is not known to use the statement's table.
    """

    description: str
    end: str = ""


class SessionTimeouts:
    """The timeouts of one run on a connection; a database overrides what differs.

    Args:
        connection: the migrations' own.
        policy: how long to wait.
    """

    def __init__(self, connection: Connection, policy: WaitPolicy) -> None:
        self.connection = connection
        self.policy = policy

    def start(self) -> None:
        """Prepare the session."""

    def begin(self, phase: str | None) -> None:
        """Prepare a transaction of a revision of this phase."""

    def end(self) -> None:
        """Leave the session as it was."""

    def before(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        """Prepare a statement: an event listener of SQLAlchemy."""

    def after(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        """Look at a statement that ran: an event listener of SQLAlchemy."""

    def is_retryable(self, statement: str) -> bool:
        """Return whether a statement is a transaction of its own, and can be retried alone."""
        return False

    def is_lock_error(self, error: Any, statement: str) -> bool:
        """Return whether a driver's error is a lock that was not available."""
        return False

    def blockers(self, statement: str) -> list[Blocker]:
        """Return the sessions that are in the way, if the database shows them."""
        return []

    def leftover_indexes(self, statement: str) -> list[str]:
        """Return the INVALID indexes that a failed statement left, though nothing was committed."""
        return []
