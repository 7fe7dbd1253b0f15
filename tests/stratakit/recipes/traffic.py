"""Old and new code that read and write a table while its schema changes."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, event, text

from tests.service import Service

KEYS = count(10_000_000)


@dataclass(frozen=True)
class Code:
    """What one version of the application sends; each change adds 1 to the sum of the column.

    Args:
        insert: inserts a row with the key `:id` and the value 1.
        update: adds 1 to the value of the row `:id`.
        read: reads the value of the row `:id`.
    """

    insert: str
    update: str
    read: str


@dataclass
class Traffic:
    """Threads of one version of the application.

    Args:
        project: whose database they use.
        code: what they send.
        rows: the number of the rows, whose keys are 1 and so on.
        threads: their number.
        prepares: whether the driver prepares statements, as it does by default.
    """

    project: Service
    code: Code
    rows: int
    threads: int = 2
    prepares: bool = True
    changes: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._running: list[threading.Thread] = []

    def __enter__(self) -> "Traffic":
        self._running = [threading.Thread(target=self._run) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()
        self.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        for thread in self._running:
            thread.join()

    def wait(self, requests: int = 30) -> None:
        """Wait for some more requests."""
        goal, deadline = len(self.seconds) + len(self.errors) + requests, time.monotonic() + 60
        while len(self.seconds) + len(self.errors) < goal:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def _run(self) -> None:
        engine = self.project.engine().execution_options(isolation_level="AUTOCOMMIT")
        if not self.prepares:

            @event.listens_for(engine, "do_connect")
            def _connect(*arguments: Any) -> None:
                arguments[-1]["prepare_threshold"] = None

        with engine.connect() as connection:
            while not self._is_over.is_set():
                started = time.monotonic()
                try:
                    changes = self._ask(connection)
                except Exception as error:
                    self.errors.append(str(error).partition("\n")[0])
                    time.sleep(0.01)
                    continue
                with self._lock:
                    self.changes += changes
                    self.seconds.append(time.monotonic() - started)

    def _ask(self, connection: Connection) -> int:
        """Send one request, and return how many changes it made."""
        key = random.randint(1, self.rows)
        kind = random.random()
        if kind < 0.2:
            connection.execute(text(self.code.insert), {"id": next(KEYS)})
            return 1
        if kind < 0.6:
            changed = connection.execute(text(self.code.update), {"id": key}).rowcount
            assert changed == 1, "a row is lost"
            return 1
        value = connection.execute(text(self.code.read), {"id": key}).scalar_one()
        assert value is not None, "a row has no value"
        return 0


def percentile(seconds: Sequence[float], part: float = 0.99) -> float:
    """The time within which a part of the requests was answered, in milliseconds."""
    return sorted(seconds)[int(len(seconds) * part)] * 1000
