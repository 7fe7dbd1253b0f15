"""The speed at which a scratch server rewrites, scans and indexes a table."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection

from stratakit.config import Backend

NOTE_BYTES = 200
DOUBLINGS = 16
REWRITE: dict[Backend, str] = {
    "postgresql": "ALTER TABLE strata_rate ALTER COLUMN id TYPE bigint",
    "mysql": "ALTER TABLE strata_rate FORCE, ALGORITHM=COPY",
}


@dataclass(frozen=True)
class Rates:
    """Bytes of a table per second, as a server was measured.

    Args:
        rewrite: when the table is rewritten.
        scan: when it is read.
        index: when an index of a number is built.
    """

    rewrite: float
    scan: float
    index: float

    def __str__(self) -> str:
        rewrite, scan, index = (each / 1e6 for each in (self.rewrite, self.scan, self.index))
        return f"{rewrite:.0f} MB/s to rewrite, {scan:.0f} to scan, {index:.0f} to index"


def measure_rates(connection: Connection, backend: Backend) -> Rates:
    """Measure a scratch server in less than a second, with a table that stays in memory.

    Args:
        connection: to a scratch database, which gets a table.
        backend: its kind.
    """
    connection.rollback()
    note = "x" * NOTE_BYTES
    _execute(
        connection, f"CREATE TABLE strata_rate (id integer NOT NULL, note varchar({NOTE_BYTES}))"
    )
    _execute(connection, f"INSERT INTO strata_rate VALUES (0, '{note}')")
    for power in range(DOUBLINGS):
        _execute(
            connection, f"INSERT INTO strata_rate SELECT id + {2**power}, note FROM strata_rate"
        )
    size = 2**DOUBLINGS * (NOTE_BYTES + 32)
    return Rates(
        size / _seconds(connection, REWRITE[backend]),
        size / _seconds(connection, "SELECT count(*) FROM strata_rate WHERE note = ''"),
        size / _seconds(connection, "CREATE INDEX ix_strata_rate ON strata_rate (id)"),
    )


def _seconds(connection: Connection, statement: str) -> float:
    started = time.perf_counter()
    _execute(connection, statement)
    return time.perf_counter() - started


def _execute(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
    connection.commit()
