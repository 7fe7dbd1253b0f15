"""The Unix socket of the local server: its folder, and the process that listens there."""

import hashlib
import os
import socket
import struct
import sys
from pathlib import Path

from stratakit.diagnostics.errors import DatabaseUnavailable

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
MAX_ADDRESS_BYTES = 99
"""Bytes; the kernel's limit is 107 on Linux and 103 on macOS."""


def socket_folder(folder: Path) -> Path:
    """Return the folder of the socket: the server's own, or one in /tmp if that path is unusable.

    A path is unusable if it is too long or has a comma, which ends a host in libpq. The folder that
    TMPDIR names is not used: it differs between a terminal, an editor and a service of one user.

    Raises:
        StrataError: the folder in /tmp belongs to another user, or is open to others.
    """
    if len(os.fsencode(folder / SOCKET_NAME)) <= MAX_ADDRESS_BYTES and "," not in str(folder):
        return folder
    substitute = Path("/tmp") / f"strata-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]}"
    if substitute.is_symlink() or (substitute.exists() and not _is_private(substitute, folder)):
        raise DatabaseUnavailable(
            f"{substitute} is not a folder of this user alone.",
            detail="Its owner could reach the local database, whose socket would be there.",
            hint=f"Run: rm -rf {substitute}",
        )
    return substitute


def _is_private(substitute: Path, folder: Path) -> bool:
    status = substitute.stat()
    owners = {os.geteuid(), folder.stat().st_uid if folder.exists() else os.geteuid()}
    return status.st_uid in owners and status.st_mode & 0o077 == 0


def listener_pid(folder: Path, pid_file: Path) -> int | None:
    """Return the process that listens at the socket.

    Args:
        folder: the folder of the socket.
        pid_file: the server's postmaster.pid, which is read only if the kernel does not report the
            listener: the number in it may belong to another process by now.

    Returns:
        None if no process listens; 0 for a process of another container.
    """
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(folder / SOCKET_NAME))
        except OSError:
            return None
        if sys.platform == "linux":
            size = struct.calcsize("3i")
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            pid: int = struct.unpack("3i", credentials)[0]
            return pid
        return int(pid_file.read_text().split()[0])
