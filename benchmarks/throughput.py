"""CPU of the server and requests per second, of a service and of the same routes written plainly.

    python -m benchmarks.throughput [--requests 1500] [--rounds 5]

All contenders have the same PostgreSQL, one worker, ten connections, and their turn in each round.
The service logs, counts and names each request; the peer does not. --peer renders the peer, which
takes packages of PyPI. Prints for each route the median of the rounds:
milliseconds of CPU of the server per request, requests per second, the 99th percentile of the time
of a request with 20 clients, and the memory of the process.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks import services
from benchmarks.contenders import peer
from benchmarks.demo import REPOSITORY, free_port
from tests.service import Service

CLIENTS = 20
ITEMS = 1000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Contender:
    """A server and what was measured of it.

    Args:
        name: for the table.
        process: the server.
        port: where it listens.
        prefix: the path of its items.
    """

    name: str
    process: subprocess.Popen[bytes]
    port: int
    prefix: str = "/v1/items"
    results: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def cpu(self) -> float:
        """The seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Its memory in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure all contenders in turns, and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=1500, help="of a route in a round (1500)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (5)")
    parser.add_argument("--peer", action="store_true", help="measure a peer from PyPI, too")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        service = stack.enter_context(services.rendered("postgresql"))
        stack.enter_context(services.database(service))
        migrated = service.migrate("upgrade")
        if migrated.returncode:
            sys.exit(migrated.stderr)
        service.sql(
            "INSERT INTO items (name, price) "
            f"SELECT 'item ' || n, n FROM generate_series(1, {ITEMS}) n"
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peer-")))
        contenders = [stack.enter_context(each) for each in servers(service)]
        if arguments.peer:
            contenders.append(stack.enter_context(serve_peer(service, folder)))
        for each in contenders:
            measure(each, "get by id", 300)
        for _ in range(arguments.rounds):
            for route in ROUTES:
                for each in contenders:
                    result = measure(each, route, arguments.requests)
                    each.results.setdefault(route, []).append(result)
        show(contenders)


def servers(service: Service) -> Iterator[AbstractContextManager[Contender]]:
    """The contenders, each of which starts when it is entered."""
    url = service.url.for_app.render_as_string(hide_password=False)
    plain = ("benchmarks.contenders.plain:app",)
    own = {"DATABASE_URL": url, "ENVIRONMENT": "production"}
    yield serve("service", service.root, ("app.main:create_app", "--factory"), own)
    observed = {"DATABASE_URL": url, "OBSERVED": "1"}
    yield serve("plain, observed", REPOSITORY, (*plain, "--no-access-log"), observed)
    yield serve("plain", REPOSITORY, (*plain, "--no-access-log"), {"DATABASE_URL": url})
    limit = ("benchmarks.contenders.raw:app", "--no-access-log")
    yield serve("driver alone", REPOSITORY, limit, {"DATABASE_URL": url})


def serve_peer(service: Service, folder: Path) -> AbstractContextManager[Contender]:
    """The peer, on the database of the service."""
    root, python = peer.render(folder)
    url = service.url.for_app.set(drivername="postgresql+asyncpg")
    environment = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    application = (*peer.APPLICATION, "--no-access-log")
    return serve("peer", root, application, environment, python=python, prefix="/api/dummy")


@contextmanager
def serve(
    name: str,
    root: Path,
    application: tuple[str, ...],
    environment: dict[str, str],
    *,
    python: str | Path = sys.executable,
    prefix: str = "/v1/items",
) -> Iterator[Contender]:
    """Start a server, and end it afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [python, "-m", "uvicorn", *application, "--port", str(port)],
        cwd=root,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}{prefix}/1")
        yield Contender(name, process, port, prefix)
    finally:
        process.kill()
        process.wait()


def wait_for(url: str) -> None:
    """Wait for the first answer."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(url):
                return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _get(prefix: str, number: int) -> bytes:
    return f"GET {prefix}/{number % ITEMS + 1} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def _list(prefix: str, number: int) -> bytes:
    return f"GET {_collection(prefix)}?limit=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def _create(prefix: str, number: int) -> bytes:
    body = f'{{"name": "new {time.monotonic_ns()} {number}", "price": "2.50"}}'
    return (
        f"POST {_collection(prefix)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _collection(prefix: str) -> str:
    """The peer redirects from the path without a slash."""
    return prefix if prefix.startswith("/v1") else f"{prefix}/"


ROUTES: dict[str, tuple[Callable[[str, int], bytes], bytes]] = {
    "get by id": (_get, b"HTTP/1.1 200"),
    "list of 50": (_list, b"HTTP/1.1 200"),
    "create": (_create, b"HTTP/1.1 201"),
}


def measure(contender: Contender, route: str, requests: int) -> tuple[float, float, float]:
    """Send requests; return CPU per request in ms, requests per second, and the p99 in ms."""
    times: list[float] = []
    before, begun = contender.cpu(), time.perf_counter()
    asyncio.run(_load(contender, route, requests, times))
    taken = time.perf_counter() - begun
    cpu = (contender.cpu() - before) / requests * 1000
    return cpu, requests / taken, statistics.quantiles(times, n=100)[98] * 1000


async def _load(contender: Contender, route: str, requests: int, times: list[float]) -> None:
    make, expected = ROUTES[route]
    numbers = iter(range(requests))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", contender.port)
        for number in numbers:
            begun = time.perf_counter()
            writer.write(make(contender.prefix, number))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(expected):
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            times.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def show(contenders: list[Contender]) -> None:
    """Print the medians; the ratio is to the plain routes without observability."""
    plain = next(each for each in contenders if each.name == "plain")
    for route in ROUTES:
        least = statistics.median(cpu for cpu, _, _ in plain.results[route])
        print(f"\n{route:16} CPU ms   ratio    req/s   p99 ms       MB")
        for each in contenders:
            cpu, rate, p99 = (
                statistics.median(column) for column in zip(*each.results[route], strict=True)
            )
            print(
                f"{each.name:16} {cpu:6.3f}  {cpu / least:6.2f}  {rate:7.0f}  {p99:7.1f}"
                f"  {each.memory():7.1f}"
            )


if __name__ == "__main__":
    main()
