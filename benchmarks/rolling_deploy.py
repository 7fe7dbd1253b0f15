"""Three revisions are deployed one by one under load, old and new code side by side.

python -m benchmarks.rolling_deploy [--clients 4] [--database postgresql]
"""

import argparse
import http.client
import itertools
import json
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack

from benchmarks import services
from tests.service import Service
from tests.serving import served

COLUMNS = ("phone", "email", "color")
REPLICAS = 2
SETTLE_SECONDS = 1.0


class Load:
    """Clients that ask whichever replicas are in the balance, and count what they are answered.

    Args:
        clients: threads, each with one request at a time.
    """

    def __init__(self, clients: int) -> None:
        self.ports: list[int] = []
        self.answers: Counter[str] = Counter()
        self._end = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        connections: dict[int, http.client.HTTPConnection] = {}
        while not self._end.is_set():
            number = next(self._numbers)
            port = self.ports[number % len(self.ports)]
            try:
                if port not in connections:
                    connections[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection = connections[port]
                if number % 5:
                    connection.request("GET", "/v1/items?limit=5")
                else:
                    item = json.dumps({"name": f"item {number}", "price": "1"})
                    headers = {"Content-Type": "application/json"}
                    connection.request("POST", "/v1/items", item, headers)
                answer = connection.getresponse()
                answer.read()
                self.answers[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                connections.pop(port, None)
                self.answers[type(error).__name__] += 1


def main() -> int:
    """Print the figures; exit status 1 where a request failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--database", default="postgresql")
    arguments = parser.parse_args()
    with services.rendered(arguments.database) as service, services.database(service):
        assert service.migrate("upgrade").returncode == 0
        load = Load(arguments.clients)
        with ExitStack() as running:
            old = [running.enter_context(ExitStack()) for _ in range(REPLICAS)]
            load.ports = [replica.enter_context(served(service)).port for replica in old]
            begun = time.monotonic()
            with load:
                for number, column in enumerate(COLUMNS, start=3):
                    old = _deployed(service, number, column, load, old, running)
                time.sleep(SETTLE_SECONDS)
            seconds = time.monotonic() - begun
    total = sum(load.answers.values())
    failed = total - load.answers["200"] - load.answers["201"]
    print(
        f"{arguments.database}: {len(COLUMNS)} revisions deployed to {REPLICAS} replicas in "
        f"{seconds:.0f} s under {total / seconds:.0f} requests a second: {total} requests, "
        f"{failed} failed {dict(load.answers)}"
    )
    return int(failed > 0)


def _deployed(
    service: Service,
    number: int,
    column: str,
    load: Load,
    old: list[ExitStack],
    running: ExitStack,
) -> list[ExitStack]:
    """Migrate while the old code serves; then replace one replica after the other."""
    service.add_column(f"{column}: Mapped[str | None]")
    path = service.revision(
        f"{number:03}",
        f"{number - 1:03}",
        f'op.add_column("items", sa.Column("{column}", sa.String()))',
        f'op.drop_column("items", "{column}")',
    )
    path.write_text(path.read_text().replace("depends_on = None", 'phase = "expand"'))
    done = service.migrate("upgrade")
    assert done.returncode == 0, done.stderr
    new = []
    for replica, port in zip(old, list(load.ports), strict=True):
        successor = running.enter_context(ExitStack())
        site = successor.enter_context(served(service))
        status, told = site.ask("/ready")
        assert (status, told["status"]) == (200, "ready")
        load.ports = [*(each for each in load.ports if each != port), site.port]
        time.sleep(SETTLE_SECONDS)
        replica.close()
        new.append(successor)
    return new


if __name__ == "__main__":
    sys.exit(main())
