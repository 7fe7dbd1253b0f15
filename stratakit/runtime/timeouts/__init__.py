"""Session timeouts, one class per database."""

from stratakit.config import Backend
from stratakit.runtime.timeouts.base import Blocker, SessionTimeouts
from stratakit.runtime.timeouts.mysql import MySQLTimeouts
from stratakit.runtime.timeouts.postgresql import PostgreSQLTimeouts
from stratakit.runtime.timeouts.sqlite import SQLiteTimeouts

__all__ = ["TIMEOUTS", "Blocker", "SessionTimeouts"]

TIMEOUTS: dict[Backend, type[SessionTimeouts]] = {
    "postgresql": PostgreSQLTimeouts,
    "mysql": MySQLTimeouts,
    "sqlite": SQLiteTimeouts,
}
