"""The name under which a process holds the migration lock."""

import os
import socket


def process_identity() -> str:
    """This process, for those who wait: its host and number."""
    return f"{socket.gethostname()[:30]}/{os.getpid()}"
