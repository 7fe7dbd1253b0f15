"""Colour at terminals that have it.

The variables NO_COLOR, FORCE_COLOR and TERM count as they do for Python's own tracebacks:
https://docs.python.org/3/using/cmdline.html#controlling-color
"""

import os
from typing import Literal, TextIO

Style = Literal["bold", "red", "green", "yellow"]

CODES: dict[Style, int] = {"bold": 1, "red": 31, "green": 32, "yellow": 33}
"""ECMA-48, "Select graphic rendition"."""


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_color(stream: TextIO) -> bool:
    """Return whether a stream is written in colour."""
    if os.environ.get("NO_COLOR"):
        return False
    return os.environ.get("FORCE_COLOR", "") not in ("", "0") or is_terminal(stream)


def paint(text: str, style: Style, stream: TextIO) -> str:
    """Return a text in a colour, or as it is if the stream has none.

    Args:
        text: one line.
        style: the colour.
        stream: the stream that the text is written to.
    """
    return f"\x1b[{CODES[style]}m{text}\x1b[0m" if has_color(stream) else text
