"""Whether anything that a check looks at has changed since the last good one.

Every file is hashed and no import is traced, so that it can err only towards checking again.
"""

import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from strata.config import Config

LIBRARIES = ("alembic", "sqlalchemy", "psycopg", "aiosqlite", "pymysql")
LOCK_FILES = ("strata.toml", "pyproject.toml", "uv.lock", "poetry.lock")


def remembered(config: Config) -> Path:
    """The file that holds the fingerprint of the last good check."""
    return config.root / ".local" / "checked"


def taken(config: Config) -> str:
    """Hash the service's packages, the foundation, the migrations and the libraries' versions."""
    hash = hashlib.sha256(repr((config.database, list(_versions()))).encode())
    for file in sorted(_files(config)):
        hash.update(f"{file.relative_to(config.root)}\0".encode())
        hash.update(hashlib.sha256(file.read_bytes()).digest())
    return hash.hexdigest()


def _files(config: Config) -> Iterator[Path]:
    for folder in (*config.packages, "strata", config.migrations):
        yield from (config.root / folder.replace(".", "/")).rglob("*.py")
    yield from (path for name in LOCK_FILES if (path := config.root / name).exists())


def _versions() -> Iterator[str]:
    for library in LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue
