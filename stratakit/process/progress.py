"""How far it is, on one line of a terminal; nothing where nobody watches."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 0.1
CLEAR = "\r\x1b[K"


@contextmanager
def line(title: str) -> Iterator[Callable[[str], None]]:
    """Show the latest of many states.

    Args:
        title: what goes on.

    Yields:
        What is called with a state; calls that follow too fast are not shown.
    """
    watched = sys.stderr.isatty()
    shown = 0.0

    def show(state: str) -> None:
        nonlocal shown
        if watched and time.monotonic() - shown > PAUSE_SECONDS:
            shown = time.monotonic()
            text = f"{title}: {state}"[: shutil.get_terminal_size().columns - 1]
            print(CLEAR + text, end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if shown:
            print(CLEAR, end="", file=sys.stderr, flush=True)


def size(count: int) -> str:
    """A number of bytes as people say it, such as `1.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = count / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value >= 1000:
            value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"
