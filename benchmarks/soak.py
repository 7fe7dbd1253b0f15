"""Five minutes of mixed requests to one process: is its memory flat?

    python -m benchmarks.soak [--minutes 5] [--clients 4]

A fifth of the time counts as the start, in which caches fill. After it the memory of the process
may grow by 2 MB. The requests read, list, create, change and delete items, and a third of them are
wrong: unknown paths, unknown items, invalid bodies and old versions.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections import Counter

from benchmarks import services
from benchmarks.hostile import Process, check, memory
from tests.serving import served

GROWTH_MB = 2.0


def main() -> int:
    """Print the memory after the start and at the end; exit status 1 if it grew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="the time that it takes (5)")
    parser.add_argument("--clients", type=int, default=4, help="requests at a time (4)")
    arguments = parser.parse_args()
    with services.rendered("postgresql") as service, services.database(service):
        migrated = service.migrate("upgrade")
        if migrated.returncode:
            sys.exit(migrated.stderr)
        service.environment |= {"ENVIRONMENT": "production", "LOG_LEVEL": "WARNING"}
        with served(service) as site:
            process = Process(service, site.port)
            answers, sizes = asyncio.run(soak(process, arguments.minutes * 60, arguments.clients))
    samples = len(sizes) // 5
    start, end = (
        statistics.median(part) for part in (sizes[samples : 2 * samples], sizes[-samples:])
    )
    print(
        f"{sum(answers.values())} requests {dict(sorted(answers.items()))} in "
        f"{arguments.minutes:g} minutes: {start:.1f} MB after the start, {end:.1f} MB at the end"
    )
    return 1 if end - start > GROWTH_MB else 0


async def soak(process: Process, seconds: float, clients: int) -> tuple[Counter[int], list[float]]:
    """Send requests, and sample the memory of the process.

    Args:
        process: the service.
        seconds: for how long.
        clients: requests at a time.

    Returns:
        The number of answers of each status, and the samples in MB.
    """
    deadline = time.monotonic() + seconds
    answers: Counter[int] = Counter()
    sizes: list[float] = []
    numbers = itertools.count()

    async def client() -> None:
        while time.monotonic() < deadline:
            for status in await cycle(process, next(numbers)):
                answers[status] += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(client())
        while time.monotonic() < deadline:
            await asyncio.sleep(seconds / 300)
            sizes.append(memory(process))
    return answers, sizes


async def cycle(process: Process, number: int) -> list[int]:
    """Send the requests of one client about one item; return the statuses."""
    created = await process.create(number)
    item = json.loads(created.body)
    path = f"/v1/items/{item['id']}"
    changed = json.dumps({"name": f"changed {item['name']}", "price": "2.00"}).encode()

    def send(method: str, headers: str = "", body: bytes = b"") -> bytes:
        return (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Request-ID: {number}\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    return [
        check(created, 201),
        check(await process.get(path), 200),
        check(await process.get("/v1/items?limit=10&sort=-price&status=active"), 200),
        check(await process.send(send("PUT", body=changed)), 200),
        check(await process.send(send("PUT", 'If-Match: "1"\r\n', changed)), 412),
        check(await process.post(b'{"name": "", "price": "%d"}' % number), 422),
        check(await process.get(f"/nowhere/{number}"), 404),
        check(await process.send(send("DELETE")), 204),
        check(await process.get(path), 404),
        check(await process.get("/metrics"), 200),
    ]


if __name__ == "__main__":
    sys.exit(main())
