"""A service that answers HTTP while other things are done to its database."""

import itertools
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.service import Service

SERVE = ("app.main:create_app", "--factory", "--host", "127.0.0.1")
STARTS_WITHIN_SECONDS = 60.0


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    """A running service, as its clients see it."""

    port: int

    def ask(self, path: str, data: dict[str, Any] | None = None) -> tuple[int, Any]:
        """GET a path, or POST data to it: the status and what is answered."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if data is None else json.dumps(data).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")


@contextmanager
def served(service: Service) -> Iterator[Site]:
    """Serve the code that the service's folder holds now, until the block ends."""
    site = Site(free_port())
    log = service.root / f"served-{site.port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*(service.python, "-m", "uvicorn", *SERVE), "--port", str(site.port)],
            cwd=service.root,
            env=service.environ(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            with suppress(OSError):
                site.ask("/health")
                break
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass
class Traffic:
    """Requests one after the other, until the block ends; what failed is kept.

    Args:
        request: makes one, the number of which it is given, and gives the status.
    """

    request: Callable[[int], int]
    answered: int = 0
    failed: list[str] = field(default_factory=list)

    def __enter__(self) -> "Traffic":
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._flow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Make no more requests."""
        self._over.set()
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()

    def wait_before_retry(self) -> None:
        """Wait until a few more are answered: what was done before is in force for them."""
        seen, deadline = self.answered, time.monotonic() + 30
        while self.answered < seen + 5:
            assert time.monotonic() < deadline, f"no answers any more: {self.failed[-3:]}"
            time.sleep(0.01)

    def _flow(self) -> None:
        for number in itertools.count():
            if self._over.is_set():
                return
            try:
                status = self.request(number)
            except OSError as error:
                self.failed.append(f"request {number}: {error}")
            else:
                self.answered += 1
                if status >= 400:
                    self.failed.append(f"request {number}: {status}")
            time.sleep(0.01)
