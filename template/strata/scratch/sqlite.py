"""Scratch databases of SQLite: files in a temporary folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from strata import filelock, urls
from strata.config import Config
from strata.scratch import names
from strata.scratch.folders import folder
from strata.urls import DatabaseURL


@contextmanager
def database(config: Config, _server: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty file, removed afterwards."""
    with folder(config) as made:
        yield urls.parse(f"sqlite:///{made}/scratch.db", config)


@contextmanager
def kept(
    config: Config, server: DatabaseURL | None, key: str, make: Callable[[DatabaseURL], None]
) -> Iterator[DatabaseURL]:
    """A file in the service's `.local`; those of other keys are removed."""
    local = config.root / ".local" / "heads"
    with filelock.exclusive(local.with_name("heads.lock")):
        local.mkdir(exist_ok=True)
        file = local / f"{names.kept(config, key)}.db"
        if not file.exists():
            with database(config, server) as url:
                make(url)
                for other in local.iterdir():
                    other.unlink()
                unfinished = file.with_suffix(".unfinished")
                unfinished.write_bytes(Path(url.url.database or "").read_bytes())
                unfinished.rename(file)
        yield urls.parse(f"sqlite:///{file}", config)
