"""The schema at head, which is replayed only when a revision or what it rests on has changed."""

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


@contextmanager
def head_database(config: Config, metadata: MetaData) -> Iterator[DatabaseURL]:
    """A database that the migrations brought to head; it is only to be read.

    Raises:
        StrataError: there is no server to make it on, or a revision fails.
    """
    with scratch.cached_database(config, head_fingerprint(config, metadata)) as url:
        yield url


def head_fingerprint(config: Config, metadata: MetaData) -> str:
    """Hash what makes the schema at head: the migrations, what they import and the libraries.

    Imports are not traced: a revision that names a package of the service rests on all of it.

    Args:
        metadata: of the models; revisions get their names of constraints by its convention.
    """
    files = _python_files(config.migrations_folder)
    names = "|".join(re.escape(package) for package in config.packages)
    imports = re.compile(rf"(?m)^\s*(?:from|import)\s+(?:{names})\b|\bimport_module\b".encode())
    versions = _python_files(config.versions)
    if any(imports.search(file.read_bytes()) for file in versions):
        for package in config.packages.values():
            files += _python_files(package)
    hash = hashlib.sha256(fingerprint.environment(config).encode())
    # A function in it shows another address in each process.
    convention = {
        str(kind): name if isinstance(name, str) else getattr(name, "__qualname__", "")
        for kind, name in metadata.naming_convention.items()
    }
    hash.update(repr(sorted(convention.items())).encode())
    fingerprint.add(hash, files, config.root)
    return hash.hexdigest()


def _python_files(folder: Path) -> list[Path]:
    if folder.suffix == ".py":
        return [folder]
    return sorted(folder.rglob("*.py"))
