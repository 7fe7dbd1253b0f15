"""Stale bytecode of revisions.

Python takes bytecode for that of a file of the same size and second. A revision that a program
rewrites, or that git checks out, may be younger than the bytecode by less.
"""

from collections.abc import Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path


def remove_stale_bytecode(files: Iterable[Path]) -> None:
    """Remove the bytecode that is older than its file; Python writes bytecode after the file."""
    for file in files:
        with suppress(OSError):
            cached = Path(cache_from_source(str(file)))
            if cached.stat().st_mtime_ns <= file.stat().st_mtime_ns:
                cached.unlink()
