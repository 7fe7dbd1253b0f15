"""The stack of calls, searched for the lines of a revision."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import FrameType


def call_stack() -> Iterator[FrameType]:
    """Yield the frames of the calls that led here, the innermost first."""
    frame = inspect.currentframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def is_in_module(frame: FrameType, file: str) -> bool:
    """Return whether a frame is in an installed module.

    Args:
        frame: a frame of the running code.
        file: the end of the module's path, such as `alembic/runtime/migration.py`.
    """
    return frame.f_code.co_filename.replace("\\", "/").endswith(file)


def current_line(path: Path) -> int:
    """Return the innermost line of a file that is running; 0 if none is."""
    name = str(path)
    return next((each.f_lineno for each in call_stack() if each.f_code.co_filename == name), 0)
