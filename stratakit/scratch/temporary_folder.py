"""Temporary folders that the next run removes where this one was killed."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stratakit.config import Config
from stratakit.process import file_lock
from stratakit.scratch import names

PID_FILE = "server.pid"


@contextmanager
def folder(config: Config) -> Iterator[Path]:
    """A folder for this process alone: it holds the lock on a file in it while it lives.

    A server whose number is in `server.pid` there is ended with a left-over.
    """
    parent = Path(tempfile.gettempdir())
    for left in parent.glob(f"{names.prefix(config)}*"):
        _clear(left)
    made = Path(tempfile.mkdtemp(prefix=names.prefix(config), dir=parent))
    held = file_lock.try_lock(made / "lock")
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if held is not None:
            os.close(held)


def _clear(left: Path) -> None:
    with suppress(OSError):
        if left.stat().st_uid != os.geteuid() or not (left / "lock").exists():
            return
        held = file_lock.try_lock(left / "lock")
        if held is None:
            return
        with suppress(ValueError, OSError):
            pid = int((left / PID_FILE).read_text())
            if str(left).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGTERM)
        shutil.rmtree(left, ignore_errors=True)
        os.close(held)
