"""Scratch databases of SQLite: files in a temporary folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stratakit.engine.url import DatabaseURL, parse
from stratakit.process import file_lock
from stratakit.scratch import names
from stratakit.scratch.base import ScratchDatabases
from stratakit.scratch.temporary_folder import temporary_folder


class SQLiteDatabases(ScratchDatabases):
    """Scratch databases of SQLite, which have no server."""

    @contextmanager
    def create(self) -> Iterator[DatabaseURL]:
        """Create an empty file, which is removed afterwards."""
        with temporary_folder(self.config) as folder:
            yield parse(f"sqlite:///{folder}/scratch.db", self.config)

    @contextmanager
    def cache(
        self, key: str, migrate: Callable[[DatabaseURL], None], base: str = ""
    ) -> Iterator[DatabaseURL]:
        """Create a file in the project's `.local`; those of other keys are removed."""
        folder = self.config.root / ".local" / "heads"
        with file_lock.exclusive(folder.with_name("heads.lock")):
            folder.mkdir(exist_ok=True)
            file = folder / f"{names.cached_name(self.config, key)}.db"
            if not file.exists():
                source = folder / f"{names.cached_name(self.config, base)}.db"
                with self.create() as url:
                    if base and source.exists():
                        Path(url.url.database or "").write_bytes(source.read_bytes())
                    migrate(url)
                    for other in folder.iterdir():
                        other.unlink()
                    unfinished = file.with_suffix(".unfinished")
                    unfinished.write_bytes(Path(url.url.database or "").read_bytes())
                    unfinished.rename(file)
            yield parse(f"sqlite:///{file}", self.config)
