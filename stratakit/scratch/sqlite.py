"""Scratch databases of SQLite: files in a temporary folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stratakit.config import Config
from stratakit.engine.url import DatabaseURL, parse
from stratakit.process import file_lock
from stratakit.scratch import names
from stratakit.scratch.temporary_folder import folder


@contextmanager
def database(config: Config, _server: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty file, removed afterwards."""
    with folder(config) as made:
        yield parse(f"sqlite:///{made}/scratch.db", config)


@contextmanager
def kept(
    config: Config, server: DatabaseURL | None, key: str, make: Callable[[DatabaseURL], None]
) -> Iterator[DatabaseURL]:
    """A file in the service's `.local`; those of other keys are removed."""
    local = config.root / ".local" / "heads"
    with file_lock.exclusive(local.with_name("heads.lock")):
        local.mkdir(exist_ok=True)
        file = local / f"{names.cached_name(config, key)}.db"
        if not file.exists():
            with database(config, server) as url:
                make(url)
                for other in local.iterdir():
                    other.unlink()
                unfinished = file.with_suffix(".unfinished")
                unfinished.write_bytes(Path(url.url.database or "").read_bytes())
                unfinished.rename(file)
        yield parse(f"sqlite:///{file}", config)
