"""Progress bars, which show at a terminal and nowhere else."""

from typing import Any

from tqdm import tqdm


def progress_bar(title: str, *, unit: str = "B", total: int | None = None) -> "tqdm[Any]":
    """Return a progress bar on stderr that disappears at its end.

    Args:
        title: the work, such as "Backup".
        unit: of what is counted; bytes are scaled to kB, MB and GB.
        total: the number of units, if it is known.
    """
    return tqdm(
        desc=title, unit=unit, unit_scale=unit == "B", total=total, disable=None, leave=False
    )


def format_bytes(count: int) -> str:
    """Format a number of bytes, such as `1.40MB`."""
    return f"{tqdm.format_sizeof(count)}B"
