"""Locks on files, which the kernel gives back when their last holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for the file's lock and hold it for the block.

    Args:
        path: the file; made where it is missing, and never to be deleted, since whoever waits
            for a deleted file's lock would get one that nobody else sees.
    """
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Take the file's lock without waiting.

    Args:
        path: the file, as for `exclusive`.

    Returns:
        The descriptor that holds it, until it and every copy that a child process inherited
        are closed; None where another process holds it.
    """
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _open(path: Path) -> int:
    """Open the file, made with its folder where it is missing, without touching its contents.

    What root makes here belongs to the owner of the folder around it, who may come next.
    """
    made = [missing for missing in (path.parent, path) if not missing.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        for one in made:
            owner = one.parent.stat()
            os.chown(one, owner.st_uid, owner.st_gid)
    return descriptor
