"""The Unix socket of the local server: where it is, and which process listens there."""

import hashlib
import os
import socket
import struct
import sys
from pathlib import Path

from stratakit.diagnostics.errors import DatabaseUnavailable

PORT = 5432
NAME = f".s.PGSQL.{PORT}"
LONGEST_ADDRESS = 99
"""Bytes; the kernel's limit is 107 on Linux and 103 on macOS."""


def socket_folder(folder: Path) -> Path:
    """The folder of the socket: the server's own, or one in /tmp where its path does not do.

    A comma does not do either: libpq takes it for the end of a host. Not the folder that TMPDIR
    names, which differs between a terminal, an editor and a service of the same user.

    Raises:
        StrataError: that folder in /tmp is another user's, or open to others.
    """
    if len(os.fsencode(folder / NAME)) <= LONGEST_ADDRESS and "," not in str(folder):
        return folder
    shorter = Path("/tmp") / f"strata-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]}"
    if shorter.is_symlink() or (shorter.exists() and not _private(shorter, folder)):
        raise DatabaseUnavailable(
            f"{shorter} is not a folder of this user alone.",
            detail="The local database's socket would lie there, open to whoever made the folder.",
            hint=f"Run: rm -rf {shorter}",
        )
    return shorter


def _private(shorter: Path, folder: Path) -> bool:
    status = shorter.stat()
    owners = {os.geteuid(), folder.stat().st_uid if folder.exists() else os.geteuid()}
    return status.st_uid in owners and status.st_mode & 0o077 == 0


def listener(folder: Path, pid_file: Path) -> int | None:
    """The process that listens at the socket.

    Args:
        folder: the folder of the socket.
        pid_file: the server's postmaster.pid, which is read only where the kernel does not tell
            who listens: the number in it may be a foreign process's by now.

    Returns:
        None where nobody listens; 0 for a process of another container.
    """
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(folder / NAME))
        except OSError:
            return None
        if sys.platform == "linux":
            size = struct.calcsize("3i")
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            pid: int = struct.unpack("3i", credentials)[0]
            return pid
        return int(pid_file.read_text().split()[0])
