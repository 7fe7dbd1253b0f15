"""Scratch databases of SQLite: files in a temporary folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from strata import urls
from strata.config import Config
from strata.urls import DatabaseURL


@contextmanager
def database(config: Config, _server: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty file, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="scratch-") as folder:
        yield urls.parse(f"sqlite:///{folder}/scratch.db", config)
