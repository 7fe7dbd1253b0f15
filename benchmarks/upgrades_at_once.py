"""Many upgrades of one database at once: how many migrate, how many fail, how long it takes.

python -m benchmarks.upgrades_at_once [--upgrades 50]
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks import services
from stratakit import scratch
from stratakit.config import load
from tests.service import Service
from tests.stratakit.engine import poolers

LENGTH = 4
REFUSED = "goes through a pooler"


def main() -> int:
    """Print a line for each case; exit status 1 where a direct one failed, or two were at work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrades", type=int, default=50)
    number: int = parser.parse_args().upgrades
    failed = 0
    for backend in ("postgresql", "sqlite", "mysql"):
        for concurrently in (False, True) if backend == "postgresql" else (False,):
            with services.rendered(backend) as service:
                services.chain(service, LENGTH, concurrently=concurrently)
                with services.database(service):
                    name = f"{backend}{', CONCURRENTLY' if concurrently else ''}"
                    failed += at_once(name, service, number)
                if backend != "postgresql":
                    continue
                with services.database(service):
                    direct = service.environment["DATABASE_URL"]
                    with poolers.pooled(direct, size=10) as through:
                        service.environment["DATABASE_URL"] = through
                        failed += through_a_pooler(f"{name}, through PgBouncer", service, number)
    return 1 if failed else 0


def at_once(name: str, service: Service, number: int) -> bool:
    """Upgrade directly: whether it went wrong."""
    seconds, told = _all(service, number)
    migrated = service.sql("SELECT count(*) FROM migration_log")[0][0]
    once = migrated == service.sql("SELECT count(DISTINCT revision) FROM migration_log")[0][0]
    good = told["done"] == number and once
    print(
        f"{name}: {number} at once, {told['done']} succeeded, each of {migrated} revisions "
        f"applied {'once' if once else 'MORE THAN ONCE'}, {seconds:.1f} s",
        flush=True,
    )
    return not good


def through_a_pooler(name: str, service: Service, number: int) -> bool:
    """Upgrade through a pooler: whether one did not say clearly why not."""
    seconds, told = _all(service, number)
    print(f"{name}: {number} at once, {told['refused']} refused clearly, {seconds:.1f} s")
    return told["refused"] != number


def _all(service: Service, number: int) -> tuple[float, Counter[str]]:
    config = load(service.root)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / str(one) for one in range(number)]
        children = [_forked(lambda: scratch.upgrade(service.url, config), log) for log in logs]
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        words = [log.read_text() for log in logs]
    seconds = time.monotonic() - begun
    outcomes = Counter(
        "done" if status == 0 else "refused" if REFUSED in said else "failed"
        for status, said in zip(statuses, words, strict=True)
    )
    for status, said in zip(statuses, words, strict=True):
        if status and REFUSED not in said:
            print(said[-600:])
    return seconds, outcomes


def _forked(work: Callable[[], None], log: Path) -> int:
    if child := os.fork():
        return child
    status = 1
    try:
        nowhere = os.open(log, os.O_WRONLY | os.O_CREAT)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        work()
        status = 0
    except BaseException as error:
        os.write(2, str(error).encode())
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
