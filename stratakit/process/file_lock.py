"""Locks on files, which the kernel releases when their last holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stratakit.process import local_folder


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for the file's lock and hold it for the block.

    Args:
        path: the file, created if it is missing. It must never be deleted: a process that waits
            for a deleted file's lock would acquire one that no other process sees.
    """
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Acquire the file's lock without waiting.

    Args:
        path: the file, as for `exclusive`, or one that every process locks by `try_lock` and
            its holder removes by `release`.

    Returns:
        The descriptor that holds the lock until it and every copy that a child process
        inherited are closed; None if another process holds the lock, or has just removed the file.
    """
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if is_at(path, descriptor):
        return descriptor
    os.close(descriptor)
    return None


def is_at(path: Path, descriptor: int) -> bool:
    """Return whether an open file is still the one at its path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def release(path: Path, descriptor: int) -> None:
    """Remove a file that `try_lock` has locked, and then release the lock."""
    if is_at(path, descriptor):
        path.unlink()
    os.close(descriptor)


def _open(path: Path) -> int:
    """Open the file without changing its contents; create it and its folder if they are missing.

    What root creates belongs to the owner of the folder around it, who may be the next user.
    """
    ignore = path.parent / ".gitignore"
    created = [each for each in (path.parent, ignore, path) if not each.exists()]
    if path.parent.name == local_folder.NAME:
        local_folder.create_local_folder(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        for each in created:
            # Another process may have removed the file that it locked, or its folder.
            with suppress(FileNotFoundError):
                owner = each.parent.stat()
                os.chown(each, owner.st_uid, owner.st_gid)
    return descriptor
