"""The name under which a process holds the migration lock."""

import os
import socket


def process_identity() -> str:
    """Return the host and the number of this process, for processes that wait."""
    return f"{socket.gethostname()[:30]}/{os.getpid()}"
