"""The progress of a backfill."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["running", "paused", "complete"]


@dataclass(frozen=True)
class BackfillProgress:
    """The progress of a backfill.

    Args:
        name: of the backfill.
        status: what it does now.
        rows: the rows that are done, in all runs.
        total: the rows of its table; an estimate of the server's until it is complete.
        rows_per_second: measured in this run; 0 before the first batch.
        batch_rows: the rows of the next batch.
        reason: why it pauses, in words.
    """

    name: str
    status: Status
    rows: int
    total: int
    rows_per_second: float = 0.0
    batch_rows: int = 0
    reason: str = ""

    @property
    def remaining_seconds(self) -> float | None:
        """The estimated time to the end; None if no rate was measured."""
        if not self.rows_per_second:
            return None
        return max(self.total - self.rows, 0) / self.rows_per_second
