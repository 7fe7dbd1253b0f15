"""One line for each revision that was applied or undone, and a clock while it runs."""

import time
from collections.abc import Callable
from typing import Any

from alembic.runtime.migration import StampStep

from stratakit.process.progress import Clock, format_seconds
from stratakit.revisions.position import describe_revision


class PrintedProgress:
    """The progress of a run for people.

    Args:
        write: called with each line.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._step: Any = None
        self._began = 0.0
        self._clock: Clock | None = None

    def begin(self, step: Any) -> None:
        """Start the clock of a step; of one that is tried again it goes on."""
        self.stop()
        if isinstance(step, StampStep):
            self._step = None
            return
        if step is not self._step:
            self._step, self._began = step, time.monotonic()
        verb = "Applying" if step.is_upgrade else "Undoing"
        self._clock = Clock(f"{verb} {describe_revision(step.revision)}")

    def end(self) -> None:
        """Write what was done and how long it took."""
        self.stop()
        if self._step is not None:
            verb = "Applied" if self._step.is_upgrade else "Undone"
            seconds = format_seconds(time.monotonic() - self._began)
            self._write(f"{verb} {describe_revision(self._step.revision)} ({seconds})")

    def stop(self) -> None:
        """Remove the clock."""
        if self._clock:
            self._clock.stop()
            self._clock = None
