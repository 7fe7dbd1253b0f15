"""Progress bars and running clocks, which show at a terminal and nowhere else."""

import shutil
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from stratakit.process.color import is_terminal

if TYPE_CHECKING:
    from tqdm import tqdm


def progress_bar(
    title: str, *, unit: str = "B", total: int | None = None, is_shown: bool = True
) -> "tqdm[Any]":
    """Return a progress bar on stderr that disappears at its end.

    Args:
        title: the work, such as "Backup".
        unit: of what is counted; bytes are scaled to kB, MB and GB.
        total: the number of units, if it is known.
        is_shown: False leaves it out at a terminal, too.
    """
    from tqdm import tqdm  # Few runs show a bar, and each would wait for the import.

    return tqdm(
        desc=title,
        unit=unit,
        unit_scale=unit == "B",
        total=total,
        disable=not (is_shown and is_terminal(sys.stderr)),
        leave=False,
    )


class Clock:
    """A line on stderr that shows how long work takes.

    Messages that are logged meanwhile stand above it.

    Args:
        title: the work, such as "Applying 002  items".
    """

    def __init__(self, title: str) -> None:
        self._resources = ExitStack()
        self._stopped = threading.Event()
        if is_terminal(sys.stderr):
            from tqdm import tqdm
            from tqdm.contrib.logging import logging_redirect_tqdm

            width = shutil.get_terminal_size().columns - len("  00:00:00") - 1
            bar = tqdm(desc=title[:width], bar_format="{desc}  {elapsed}", leave=False)
            self._resources.callback(bar.close)
            self._resources.enter_context(logging_redirect_tqdm())
            thread = threading.Thread(target=self._show, args=(bar,), daemon=True)
            thread.start()
            self._resources.callback(thread.join)

    def stop(self) -> None:
        """Remove the line."""
        self._stopped.set()
        self._resources.close()

    def _show(self, bar: "tqdm[Any]") -> None:
        while not self._stopped.wait(1):
            bar.refresh()


def format_bytes(count: int) -> str:
    """Format a number of bytes, such as `1.40MB`."""
    from tqdm import tqdm

    return f"{tqdm.format_sizeof(count)}B"


def format_seconds(seconds: float) -> str:
    """Format a duration, such as `0.03 s`, `12 s` or `3 min 05 s`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
