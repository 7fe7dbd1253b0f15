"""A service whose database restarts, whose pool is exhausted, and whose clients are hostile.

    python -m benchmarks.hostile [--restarts 3]

Every answer has to be one that docs/service.md names: what the service cannot do at the moment is
503 with `Retry-After`, what the client does wrong is 4xx, and both are problem details. Afterwards
the service answers as before, without a restart.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import text

from benchmarks import services
from stratakit.devserver.server import Server
from tests.service import Service
from tests.serving import served
from tests.stratakit.devserver import servers

CLIENTS = 20
SETTINGS = {
    "DATABASE_POOL_TIMEOUT_SECONDS": "1",
    "BODY_TIMEOUT_SECONDS": "2",
    "ENVIRONMENT": "production",
    "LOG_LEVEL": "CRITICAL",
}
RECOVERS_WITHIN_SECONDS = 10.0
SLOW_CLIENTS = 200


@dataclass(frozen=True)
class Answer:
    """An answer of the service.

    Args:
        status: of HTTP.
        headers: their names in lower case.
        body: as it came.
    """

    status: int
    headers: dict[str, str]
    body: bytes


def main() -> int:
    """Try everything, and print one line for each kind and one for all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--restarts", type=int, default=3, help="of the database (3)")
    restarts: int = parser.parse_args().restarts
    with services.rendered("postgresql") as service, services.database(service):
        migrated = service.migrate("upgrade")
        if migrated.returncode:
            sys.exit(migrated.stderr)
        service.environment |= SETTINGS
        with served(service) as site:
            process = Process(service, site.port)
            print(asyncio.run(database_restarts(process, restarts)), flush=True)
            print(asyncio.run(pool_is_exhausted(process)), flush=True)
            print(asyncio.run(clients_are_slow(process)), flush=True)
            print(asyncio.run(requests_are_malformed(process)), flush=True)
            print(asyncio.run(bodies_are_huge(process)), flush=True)
            asyncio.run(process.is_well())
    print(
        f"{restarts} restarts, an exhausted pool, slow clients, malformed and huge requests: "
        "no answer that is not documented, and none after it that failed"
    )
    return 0


@dataclass(frozen=True)
class Process:
    """The service, and the requests to it.

    Args:
        service: its folder and its database.
        port: where it listens.
    """

    service: Service
    port: int

    async def send(self, request: bytes) -> Answer:
        """Send bytes on a connection of their own, and read the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            with suppress(ConnectionError):
                writer.write(request)
                await writer.drain()
            return await read(reader)
        finally:
            writer.close()

    async def get(self, path: str) -> Answer:
        """Ask for a path."""
        return await self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))

    async def post(self, body: bytes, kind: str = "application/json") -> Answer:
        """Create an item."""
        return await self.send(head(len(body), kind) + body)

    async def create(self, number: int) -> Answer:
        """Create an item with a name of its own."""
        item = {"name": f"{time.monotonic_ns()} {number}", "price": "1.00"}
        return await self.post(json.dumps(item).encode())

    async def is_well(self) -> None:
        """Wait until a request of each kind is answered.

        Raises:
            AssertionError: it takes too long.
        """
        deadline = time.monotonic() + RECOVERS_WITHIN_SECONDS
        while True:
            answers = [await self.get("/ready"), await self.get("/v1/items"), await self.create(0)]
            if [each.status for each in answers] == [200, 200, 201]:
                return
            assert time.monotonic() < deadline, answers
            await asyncio.sleep(0.05)


def head(length: int, kind: str = "application/json") -> bytes:
    """The head of a POST."""
    return (
        f"POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


async def read(reader: asyncio.StreamReader) -> Answer:
    """Read an answer."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
    length = headers.get("content-length")
    body = await reader.readexactly(int(length)) if length else b""
    return Answer(int(first.split()[1]), headers, body)


def check(answer: Answer, *expected: int) -> int:
    """Compare an answer with those that are documented; return its status."""
    assert answer.status in expected, answer
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json", answer
    if answer.status == 503:
        assert answer.headers["retry-after"], answer
    return answer.status


@asynccontextmanager
async def load(process: Process) -> AsyncIterator[Counter[int]]:
    """Send requests for the time of a block; what is answered is counted."""
    answers: Counter[int] = Counter()
    is_over = False
    numbers = itertools.count()

    async def client() -> None:
        while not is_over:
            number = next(numbers)
            kinds: list[Callable[[], Awaitable[Answer]]] = [
                lambda: process.get("/v1/items?limit=5"),
                lambda: process.get("/v1/items/1"),
                lambda number=number: process.create(number),  # type: ignore[misc]
            ]
            answers[check(await kinds[number % 3](), 200, 201, 404, 503)] += 1

    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(client())
        yield answers
        is_over = True


async def database_restarts(process: Process, restarts: int) -> str:
    """Kill the server of the database under load, and start it again."""
    server = Server(Path(str(process.service.url.url.query["host"])), durable=False)
    recovered = []
    async with load(process) as answers:
        for _ in range(restarts):
            await asyncio.sleep(1)
            await asyncio.to_thread(servers.kill, server)
            await asyncio.sleep(1)
            await asyncio.to_thread(server.start)
            begun = time.monotonic()
            await process.is_well()
            recovered.append(time.monotonic() - begun)
    assert answers[503], answers
    return (
        f"database restarts: {dict(sorted(answers.items()))}, "
        f"recovered after at most {max(recovered):.2f} s"
    )


async def pool_is_exhausted(process: Process) -> str:
    """Lock the table, so that every connection waits, and send more requests than connections."""
    engine = process.service.engine()
    try:
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE items"))
            waiting = [asyncio.create_task(process.create(number)) for number in range(50)]
            await asyncio.sleep(2.5)
            early = Counter(check(each.result(), 503) for each in waiting if each.done())
        late = Counter([check(await each, 201, 503) for each in waiting])
    finally:
        engine.dispose()
    assert early == {503: 40}, early
    assert late == {503: 40, 201: 10}, late
    return f"pool exhausted: {dict(late)}"


async def clients_are_slow(process: Process) -> str:
    """Send heads and bodies byte by byte, while other clients ask as usual."""
    begun = time.monotonic()

    async def slow_body() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write(head(1000))
        answer = asyncio.create_task(read(reader))
        while not answer.done():
            with suppress(ConnectionError):
                writer.write(b" ")
                await writer.drain()
            await asyncio.sleep(0.2)
        writer.close()
        return check(await answer, 408)

    async def slow_head() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", process.port)
        for byte in b"GET /v1/items HTTP/1.1\r\nX: ":
            writer.write(bytes([byte]))
            await asyncio.sleep(0.2)
        writer.close()

    times = []
    heads = [asyncio.create_task(slow_head()) for _ in range(SLOW_CLIENTS)]
    bodies = [asyncio.create_task(slow_body()) for _ in range(SLOW_CLIENTS)]
    while not all(each.done() for each in bodies):
        sent = time.monotonic()
        check(await process.get("/v1/items"), 200)
        times.append(time.monotonic() - sent)
        await asyncio.sleep(0.01)
    statuses = Counter([await each for each in bodies])
    await asyncio.gather(*heads)
    return (
        f"slow clients: {dict(statuses)} after {time.monotonic() - begun:.1f} s, the others' "
        f"p99 {statistics.quantiles(times, n=100)[98] * 1000:.0f} ms"
    )


def malformed() -> Iterator[bytes]:
    """Requests with bytes that text of no kind has."""
    for path in ("/v1/items/%00", "/v1/items/%ff", "/v1/items/\xff", "/%00", "/%ff%fe", "/\xff"):
        yield f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1")
    for query in (
        "category=%00",
        "cursor=%00",
        "cursor=%ff",
        "cursor=\xff",
        "sort=%00",
        "limit=%00",
        "limit=%ff",
        "status=%ed%a0%80",
    ):
        yield f"GET /v1/items?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1")
    for value in ("\xff", '"%00"', "\x01"):
        yield (
            f"PUT /v1/items/1 HTTP/1.1\r\nHost: x\r\nIf-Match: {value}\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        ).encode("latin-1")
    bodies = [
        b"\xff",
        b"\0",
        b'{"name": "\xff", "price": 1}',
        b'{"name": "a\\u0000b", "price": 1}',
        b'{"name": "\\ud800", "price": 1}',
        '{"name": "a", "price": 1}'.encode("utf-16"),
        b'{"name": "a", "price": 1' + b"0" * 5000 + b"}",
        b'{"name": "a", "price": NaN}',
        b'{"name": "a", "price": 1e99999999}',
        b'{"name": "a", "price": "1e-99999999"}',
        b'{"\xf0\x9f": 1}',
        b"",
        b"null",
    ]
    for body in bodies:
        yield head(len(body)) + body
    yield head(2, "application/json; charset=\xff") + b"{}"
    yield head(2, "text/plain") + b"{}"
    yield b"GET /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"
    yield b"\0\0\0\0\r\n\r\n"
    yield b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"


async def requests_are_malformed(process: Process) -> str:
    """Send each malformed request alone."""
    statuses: Counter[int] = Counter()
    for request in malformed():
        answer = await process.send(request)
        assert answer.status < 500, (request[:200], answer)
        # A request that is not HTTP is answered by uvicorn, before the application.
        if answer.status != 400:
            check(answer, answer.status)
        statuses[answer.status] += 1
    return f"malformed requests: {dict(sorted(statuses.items()))}"


async def bodies_are_huge(process: Process) -> str:
    """Announce, send and nest more than is accepted."""
    before = memory(process)
    nested = b"[" * 400_000
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunked = (
        b"POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    statuses: Counter[int] = Counter()
    for _ in range(10):
        for request in (head(10**12), chunked + chunk * 100):
            statuses[check(await process.send(request), 413)] += 1
        statuses[check(await process.post(nested), 400)] += 1
        statuses[check(await process.post(b'{"name": ' + b'{"a": ' * 100_000), 400)] += 1
    more = memory(process) - before
    assert more < 50, more
    return f"huge bodies: {dict(sorted(statuses.items()))}, {more:+.0f} MB of memory"


def memory(process: Process) -> float:
    """The memory of the service, in MB."""
    pages = int((folder_of(process.port) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@cache
def folder_of(port: int) -> Path:
    """The folder in /proc of the process that listens at a port."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"--port\0{port}\0" in (folder / "cmdline").read_text():
                return folder
    raise AssertionError(f"no process listens at {port}")


if __name__ == "__main__":
    sys.exit(main())
