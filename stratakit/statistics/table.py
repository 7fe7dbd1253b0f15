"""The size of a table."""

from collections.abc import Mapping
from dataclasses import dataclass

SMALL_BYTES = 1_000_000
"""Up to this size, a table is rewritten in the time of a few requests."""
SHORT = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


@dataclass(frozen=True)
class TableStatistics:
    """The size of a table, as the statistics of a server have it.

    Args:
        rows: an estimate of the server's.
        bytes: those of its rows.
        index_bytes: those of its indexes.
        writes_per_second: rows that were inserted, changed or deleted, on average since the server
            counts them; None if it does not.
    """

    rows: int
    bytes: int
    index_bytes: int = 0
    writes_per_second: float | None = None

    @property
    def is_small(self) -> bool:
        """True if its size makes no operation slow."""
        return self.bytes + self.index_bytes < SMALL_BYTES

    def __str__(self) -> str:
        rows = shorten(self.rows).strip()
        parts = [f"{shorten(self.bytes)}B", f"{rows} row{'' if self.rows == 1 else 's'}"]
        if self.writes_per_second is not None:
            parts.append(f"{self.writes_per_second:.3g} writes/s")
        return ", ".join(parts)


Statistics = Mapping[str, TableStatistics]
"""The sizes of tables by their names, which have a schema outside of the search path."""


def is_small(statistics: Statistics, table: str) -> bool:
    """Return whether the size of a table is known and makes no operation slow."""
    return table in statistics and statistics[table].is_small


def shorten(number: float) -> str:
    """Return a number with two or three digits and a decimal prefix, such as `41 G`."""
    for limit, prefix in SHORT:
        if number >= limit:
            value = number / limit
            return f"{value:.0f} {prefix}" if value >= 10 else f"{value:.1f} {prefix}"
    return f"{number:.0f} "
