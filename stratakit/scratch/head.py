"""The cached database at head, which is migrated again when a revision or its imports change."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import MetaData

from stratakit import scratch
from stratakit.config import Config
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import fingerprint
from stratakit.runtime.environment import Environment


@contextmanager
def head_database(project: Environment, base: str = "") -> Iterator[DatabaseURL]:
    """Return the cached database at head, created by the migrations. Only read it.

    Args:
        project: what env.py says.
        base: the fingerprint of a head after which only revisions were added.

    Raises:
        StrataError: there is no server for it, or a revision fails.
    """
    key = head_fingerprint(project.config, project.metadata)
    with scratch.cached_database(project.config, key, base) as url:
        yield url


def head_fingerprint(config: Config, metadata: MetaData) -> str:
    """Hash all that determines the schema at head: migrations, their imports and the versions.

    Imports are not traced: a revision that imports a package of the project depends on all of it.

    Args:
        config: the project's.
        metadata: the models', whose naming convention names the constraints of revisions.
    """
    versions = config.revision_files
    files = sorted({*_python_files(config.migrations_folder), *versions})
    names = "|".join(re.escape(package) for package in config.packages)
    pattern = re.compile(rf"(?m)^\s*(?:from|import)\s+(?:{names})\b|\bimport_module\b".encode())
    if any(pattern.search(file.read_bytes()) for file in versions):
        for package in config.packages.values():
            files += _python_files(package)
    digest = hashlib.sha256(fingerprint.describe_platform(config).encode())
    digest.update(repr(config.x_arguments).encode())
    # The repr of a function has another address in each process.
    convention = {
        str(kind): name if isinstance(name, str) else getattr(name, "__qualname__", "")
        for kind, name in metadata.naming_convention.items()
    }
    digest.update(repr(sorted(convention.items())).encode())
    fingerprint.add_files(digest, files, config.root)
    return digest.hexdigest()


def _python_files(folder: Path) -> list[Path]:
    if folder.suffix == ".py":
        return [folder]
    return sorted(folder.rglob("*.py"))
