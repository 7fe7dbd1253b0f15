"""A backfill compared with a batch loop that somebody wrote by hand: rows a second of CPU time.

python -m benchmarks.backfill [--rows 300000] [--pairs 5] [--at-least 0.9]

Both change the same rows of equal tables, in turns. The loop has what everybody writes: the last
key of the next batch, an UPDATE between two keys and a commit. It records nothing and adapts to
nothing. CPU time is that of this process and of the server's process together.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks import services
from stratakit.backfills import declaration
from stratakit.backfills.runner import BackfillOptions, BackfillRun
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.backfills import BackfillFile

FILE = """
table = "orders"
key = "id"
statement = "UPDATE orders SET region = upper(note) WHERE {rows} AND region IS NULL"
"""
BATCH = 5000
NEXT = text("SELECT max(id) FROM (SELECT id FROM orders WHERE id > :low ORDER BY id LIMIT :n) b")
CHANGE = text(
    "UPDATE orders SET region = upper(note) WHERE id > :low AND id <= :high AND region IS NULL"
)


def main() -> int:
    """Print the rates; exit status 1 if the backfill is slower than allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--at-least", type=float, default=0.9, help="of the loop's rate")
    arguments = parser.parse_args()
    ratios, rates = [], {"loop": list[float](), "backfill": list[float]()}
    with services.rendered("postgresql") as service, services.database(service):
        for pair in range(arguments.pairs):
            order = [("loop", _loop), ("backfill", _backfill)][:: 1 if pair % 2 else -1]
            for name, run in order:
                rates[name].append(arguments.rows / _measure(service.url, arguments.rows, run))
            ratios.append(rates["backfill"][-1] / rates["loop"][-1])
    ratio = statistics.median(ratios)
    loop, backfill = (statistics.median(rates[name]) for name in ("loop", "backfill"))
    print(
        f"{arguments.rows:,} rows, {arguments.pairs} pairs: {backfill:,.0f} rows per second of CPU "
        f"time by a backfill, {loop:,.0f} by a loop: {ratio:.2f} of its rate "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )
    return int(ratio < arguments.at_least)


def _measure(url: DatabaseURL, rows: int, run: Callable[[Connection], None]) -> float:
    """Return the seconds of CPU time that a run takes on a new table."""
    with migration_engine(url).connect() as connection:
        for statement in (
            "DROP TABLE IF EXISTS orders, migration_backfills",
            "CREATE TABLE orders (id bigint PRIMARY KEY, note text, region text)",
            f"INSERT INTO orders SELECT n, 'a note ' || n FROM generate_series(1, {rows}) n",
        ):
            connection.execute(text(statement))
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        connection.commit()
    with migration_engine(url).connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        connection.commit()
        before = time.process_time() + _cpu_seconds(pid)
        run(connection)
        seconds = time.process_time() + _cpu_seconds(pid) - before
        left = connection.execute(text("SELECT count(*) FROM orders WHERE region IS NULL"))
        assert left.scalar_one() == 0
    return seconds


def _loop(connection: Connection) -> None:
    low = 0
    while high := connection.execute(NEXT, {"low": low, "n": BATCH}).scalar_one():
        connection.execute(CHANGE, {"low": low, "high": high})
        connection.commit()
        low = high
    connection.commit()


def _backfill(connection: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders_region.py"
        path.write_text(FILE, encoding="utf-8")
        file = BackfillFile(path.stem, path, "", "orders", ("id",))
        run = BackfillRun(
            connection, declaration.load(file), BackfillOptions(), lambda _progress: None
        )
        run.run()


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process on Linux, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
