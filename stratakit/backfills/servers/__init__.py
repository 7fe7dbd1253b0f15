"""The load of a server, one class per database."""

from stratakit.backfills.servers.base import ServerStatus
from stratakit.backfills.servers.mysql import MySQLStatus
from stratakit.backfills.servers.postgresql import PostgreSQLStatus
from stratakit.backfills.servers.sqlite import SQLiteStatus
from stratakit.config import Backend

__all__ = ["STATUS", "ServerStatus"]

STATUS: dict[Backend, type[ServerStatus]] = {
    "postgresql": PostgreSQLStatus,
    "mysql": MySQLStatus,
    "sqlite": SQLiteStatus,
}
