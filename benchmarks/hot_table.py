"""Readers of a table while a migration alters it behind a long transaction: how long do they wait?

python -m benchmarks.hot_table [--readers 8] [--holds 4]
"""

import argparse
import sys
import threading
import time

from sqlalchemy import text

from benchmarks import services
from stratakit.engine.migration import migration_engine
from tests.service import Service

READ = text("SELECT count(*) FROM items")
ADD = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
# What each may be set to: MySQL counts whole seconds.
LOCK_TIMEOUT_SECONDS = {"postgresql": 0.2, "mysql": 1.0}
ALLOWED = 1.5


def main() -> int:
    """Print a line for each database; exit status 1 where a reader waited for too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--holds", type=float, default=4.0, help="seconds of the transaction")
    arguments = parser.parse_args()
    slow = False
    for backend, timeout in LOCK_TIMEOUT_SECONDS.items():
        with services.rendered(backend) as service, services.database(service):
            assert service.migrate("upgrade").returncode == 0
            service.revision("003", "002", ADD)
            quiet = _worst(service, arguments.readers, 2.0, None)
            worst = _worst(service, arguments.readers, arguments.holds, timeout)
            bound = ALLOWED * timeout
            slow |= worst > bound
            print(
                f"{backend}: a transaction holds the table for {arguments.holds:g} s, lock_timeout "
                f"{timeout:g} s: the worst of {arguments.readers} readers waited {worst:.2f} s "
                f"(at most {bound:g} s allowed; {quiet:.2f} s without a migration), and the "
                f"upgrade succeeded",
                flush=True,
            )
    return int(slow)


def _worst(service: Service, readers: int, holds: float, timeout: float | None) -> float:
    """The longest wait of a reader, in seconds, while an upgrade runs with this lock timeout."""
    end = threading.Event()
    waits: list[float] = []
    threads = [threading.Thread(target=_read, args=(service, end, waits)) for _ in range(readers)]
    for thread in threads:
        thread.start()
    with migration_engine(service.url).connect() as connection:
        connection.execute(READ)
        if timeout is None:
            time.sleep(holds)
        else:
            released = threading.Timer(holds, connection.rollback)
            released.start()
            done = service.migrate("upgrade", MIGRATION_LOCK_TIMEOUT_SECONDS=str(timeout))
            released.join()
            assert done.returncode == 0, done.stderr
            assert "waits for a table in use" in done.stderr
    end.set()
    for thread in threads:
        thread.join()
    return max(waits)


def _read(service: Service, end: threading.Event, waits: list[float]) -> None:
    with migration_engine(service.url).connect() as connection:
        while not end.is_set():
            begun = time.monotonic()
            connection.execute(READ)
            waits.append(time.monotonic() - begun)
            connection.rollback()
            time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
