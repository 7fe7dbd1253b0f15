"""Temporary folders, which the next run removes if this one is killed."""

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
def temporary_folder(config: Config) -> Iterator[Path]:
    """Create a folder that is removed afterwards, and remove the stale ones of killed processes.

    The process holds the lock of a file in it. A server whose number is in `server.pid` of a stale
    folder is stopped.
    """
    parent = Path(tempfile.gettempdir())
    for stale in parent.glob(f"{names.prefix(config)}*"):
        _remove_stale(stale)
    folder, descriptor = _create_locked(parent, names.prefix(config))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _create_locked(parent: Path, prefix: str) -> tuple[Path, int]:
    """Create a folder and lock it.

    Another process may take the folder for stale between the two, and remove it. Then its lock
    cannot be acquired, and a new folder is created.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        descriptor = file_lock.try_lock(folder / "lock")
        if descriptor is not None:
            return folder, descriptor


def _remove_stale(folder: Path) -> None:
    with suppress(OSError):
        if folder.stat().st_uid != os.geteuid() or not (folder / "lock").exists():
            return
        descriptor = file_lock.try_lock(folder / "lock")
        if descriptor is None:
            return
        with suppress(ValueError, OSError):
            pid = int((folder / PID_FILE).read_text())
            if str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)
