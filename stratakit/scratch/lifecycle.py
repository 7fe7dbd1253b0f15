"""The local server for the length of a check: it runs afterwards only where it ran before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stratakit.config import Config
from stratakit.devserver.server import local_server


@contextmanager
def stop_server_afterwards(config: Config) -> Iterator[None]:
    """Stop the local PostgreSQL at the end, if scratch databases are there and it did not run."""
    used = config.database == "postgresql" and not os.environ.get("TEST_DATABASE_URL")
    server = local_server(config.root)
    running = used and server.is_running
    try:
        yield
    finally:
        if used and not running and server.is_running:
            server.stop()
