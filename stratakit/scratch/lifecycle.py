"""The local server during a check, which stops it afterwards unless it ran before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stratakit.config import Config
from stratakit.devserver.server import local_server


@contextmanager
def stop_server_afterwards(config: Config) -> Iterator[None]:
    """Stop the local PostgreSQL after the block, if the block started it for scratch databases."""
    is_used = config.database == "postgresql" and not os.environ.get("TEST_DATABASE_URL")
    server = local_server(config.root)
    was_running = is_used and server.is_running
    try:
        yield
    finally:
        if is_used and not was_running and server.is_running:
            server.stop()
