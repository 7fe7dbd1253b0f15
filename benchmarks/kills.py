"""Migrators, connections and servers end at random moments: what is left, and does it go on?

python -m benchmarks.kills [--kills 200] [--seed 1] [postgresql sqlite mysql]
"""

import argparse
import atexit
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from benchmarks import services
from stratakit import commands, locking, scratch
from stratakit.config import Config, load
from stratakit.devserver.server import Server
from stratakit.engine.connect import connect
from stratakit.locking import MigrationLock
from tests.service import Service
from tests.stratakit.devserver import servers

LENGTH = 6
ROWS = 20
FREE_WITHIN_SECONDS = 1.0
ITEM = "INSERT INTO items (name, price) VALUES ('{}', 1)"
CUT = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist"
    " WHERE db = database() AND id <> CONNECTION_ID()",
}


@dataclass(frozen=True)
class Outcome:
    """What one kill left.

    Args:
        kind: what was ended.
        boundary: whether the database stood exactly at a revision.
        free: seconds until the lock was free.
        told: whether the next run had to tell what to do, and that worked.
    """

    kind: str
    boundary: bool
    free: float
    told: bool


def main() -> int:
    """Print a line for each database; exit status 1 where anything was lost or hung."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("databases", nargs="*", default=["postgresql", "sqlite", "mysql"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for backend in arguments.databases:
        begun = time.monotonic()
        with services.rendered(backend) as service:
            services.chain(service, LENGTH, concurrently=True)
            outcomes = list(kills(service, arguments.kills, random.Random(arguments.seed)))
        kinds = Counter(outcome.kind for outcome in outcomes)
        print(
            f"{backend:<10} {len(outcomes)} kills ({dict(kinds)}): nothing lost, "
            f"{sum(outcome.boundary for outcome in outcomes)} at a boundary, "
            f"{sum(outcome.told for outcome in outcomes)} where the next run said what to do, "
            f"lock free after at most {max(outcome.free for outcome in outcomes):.2f} s; "
            f"{time.monotonic() - begun:.0f} s",
            flush=True,
        )
    return 0


def kills(service: Service, number: int, chance: random.Random) -> Iterator[Outcome]:
    """Kill so often, each time on a fresh database.

    Raises:
        AssertionError: something was lost, the lock was kept, or the next run did not finish.
    """
    config = load(service.root)
    with services.database(service):
        begun = time.monotonic()
        process = _upgrade(service, config)
        os.waitpid(process, 0)
        whole = time.monotonic() - begun
        assert service.stands_at() == _head(service)
    for _ in range(number):
        with services.database(service):
            scratch.upgrade(service.url, config, "002")
            for row in range(ROWS):
                service.sql(ITEM.format(row))
            yield _killed(service, config, chance, whole)


def _killed(service: Service, config: Config, chance: random.Random, whole: float) -> Outcome:
    kind = chance.choices(["migrator", "connection", "server"], [75, 20, 5])[0]
    if service.database == "sqlite":
        kind = "migrator"
    process = _upgrade(service, config)
    time.sleep(chance.uniform(0, whole))
    end: Callable[[], None] = {
        "migrator": lambda: os.kill(process, signal.SIGKILL),
        "connection": lambda: _cut(service),
        "server": lambda: _kill_server(service),
    }[kind]
    end()
    ended = time.monotonic()
    if kind != "migrator":
        os.waitpid(process, 0)
        ended = time.monotonic()
    with connect(service.url) as connection, _lock(connection, service):
        free = time.monotonic() - ended
    if kind == "migrator":
        os.waitpid(process, 0)
    assert free <= FREE_WITHIN_SECONDS, f"the lock was kept for {free:.1f} s after {kind}"
    boundary = _at_a_boundary(service)
    assert boundary or service.database == "mysql", "a part of a revision was left"
    told = _goes_on(service, config)
    assert service.stands_at() == _head(service)
    assert _at_a_boundary(service)
    assert service.sql("SELECT count(*) FROM items") == [(ROWS,)], f"rows were lost by {kind}"
    return Outcome(kind, boundary, free, told)


def _lock(connection: Connection, service: Service) -> AbstractContextManager[MigrationLock]:
    return locking.migration_lock(connection, service.url.backend, wait=30)


def _upgrade(service: Service, config: Config) -> int:
    """Upgrade in a process of its own, without the time that a start takes."""
    if child := os.fork():
        return child
    with suppress(BaseException):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        _migrate(service, config)
    os._exit(0)


def _migrate(service: Service, config: Config) -> None:
    """Upgrade the service's own database, as its command does."""
    with patch.dict(os.environ, service.environment):
        commands.upgrade(config)


def _goes_on(service: Service, config: Config) -> bool:
    """Upgrade again; where the database keeps half of a revision, do what the message says."""
    try:
        _migrate(service, config)
        return False
    except Exception as error:
        told = str(error)
    found = re.search(r"(?:stratakit|migrate\.sh) stamp (\w+)", told)
    assert found, f"no way out: {told}"
    assert f"is at {service.stands_at()}" in told, told
    stamped = service.migrate("stamp", found[1])
    assert stamped.returncode == 0, stamped.stderr
    _migrate(service, config)
    return True


def _at_a_boundary(service: Service) -> bool:
    with service.connection() as connection:
        tables = {name for name in inspect(connection).get_table_names() if name[1:].isdigit()}
    number = int(service.stands_at() or 0)
    return tables == {f"t{at}" for at in range(3, min(number, LENGTH + 2) + 1)}


def _head(service: Service) -> str:
    return "900" if service.database == "postgresql" else f"{LENGTH + 2:03}"


def _cut(service: Service) -> None:
    with service.connection() as connection:
        for (number,) in connection.execute(text(CUT[service.database])).all():
            if service.database == "mysql":
                with suppress(OperationalError):
                    connection.execute(text(f"KILL {number}"))


def _kill_server(service: Service) -> None:
    """Kill the first process of the server and start it again with the same words."""
    if service.database == "postgresql":
        server = Server(Path(str(service.url.url.query["host"])), durable=False)
        servers.kill(server)
        server.start()
        return
    with service.connection() as connection:
        number = int(Path(str(connection.scalar(text("SELECT @@pid_file")))).read_text())
    words = Path(f"/proc/{number}/cmdline").read_text().split("\0")[:-1]
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    again = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(again.terminate)
    while True:
        with suppress(OperationalError), service.connection():
            return
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
