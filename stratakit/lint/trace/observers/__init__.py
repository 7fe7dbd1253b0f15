"""Observers of a revision at work, one class per database."""

from stratakit.config import Backend
from stratakit.lint.trace.observers.base import StatementObserver
from stratakit.lint.trace.observers.mysql import MySQLObserver
from stratakit.lint.trace.observers.postgresql import PostgreSQLObserver
from stratakit.lint.trace.observers.sqlite import SQLiteObserver

__all__ = ["OBSERVERS", "StatementObserver"]

OBSERVERS: dict[Backend, type[StatementObserver]] = {
    "postgresql": PostgreSQLObserver,
    "sqlite": SQLiteObserver,
    "mysql": MySQLObserver,
}
