"""The load of a server, beyond which a backfill pauses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from stratakit.backfills.servers import ServerStatus

INTERVAL_SECONDS = 1.0
"""The interval in which a server is asked."""


@dataclass
class BackfillLimits:
    """The limits; 0 is no limit, and what a server does not tell has none.

    Args:
        lag: seconds that the slowest replica may be behind.
        sessions: other sessions that may run a statement at the same time.
        lock_wait: seconds that another session may have waited for a lock.
    """

    lag: float = 10.0
    sessions: float = 50.0
    lock_wait: float = 1.0
    _next: float = field(default=0.0, repr=False)

    def reason_to_pause(self, server: ServerStatus) -> str:
        """Return which limit is passed, in words; empty if none is."""
        if time.monotonic() < self._next:
            return ""
        checks: list[tuple[float, Callable[[], float | None], str]] = [
            (self.lag, server.replication_lag_seconds, "a replica is {:.1f} s behind"),
            (self.sessions, server.active_sessions, "{:.0f} sessions run a statement"),
            (self.lock_wait, server.lock_wait_seconds, "a session has waited {:.1f} s for a lock"),
        ]
        for limit, read, words in checks:
            if limit and (value := read()) is not None and value > limit:
                return words.format(value) + f" (limit {limit:g})"
        self._next = time.monotonic() + INTERVAL_SECONDS
        return ""
