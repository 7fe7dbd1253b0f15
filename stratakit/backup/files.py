"""The files of backups: their folder, their names and their kinds."""

import os
import re
import shlex
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from stratakit.diagnostics.command import MIGRATE, project_root
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.url import DatabaseURL

FOLDER = "backups"
NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL or MariaDB", "sqlite": "SQLite"}
BEGINNINGS = {b"PGDMP": "postgresql", b"\x1f\x8b": "mysql", b"SQLite format 3\0": "sqlite"}
SUFFIXES = (".dump", ".sql.gz", ".db")


def backup_folder(root: Path) -> Path:
    """Return the project's own folder of backups, which git ignores."""
    folder = root / FOLDER
    if not folder.exists():
        folder.mkdir(mode=0o700)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


@contextmanager
def unfinished_file(folder: Path) -> Iterator[Path]:
    """Create a file that only this user can read, and remove it unless it was renamed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".unfinished-", dir=folder.resolve())
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()


def backup_name(url: DatabaseURL, revisions: Iterable[str]) -> str:
    """Return the name, without a suffix, of a backup at this time."""
    database = Path(url.name).stem if url.backend == "sqlite" else url.name
    revision = "+".join(sorted(revisions)) or "base"
    return re.sub(
        r"[^\w.+-]|^[.-]", "-", f"{database}_{revision}_{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    )


def unused_path(folder: Path, name: str, suffix: str) -> Path:
    """Return a path that does not exist: two backups within one second are two files."""
    names = (
        f"{name}{counter}{suffix}" for counter in chain([""], (f"-{number}" for number in count(2)))
    )
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def restore_command(path: Path) -> str:
    """Return the command that restores a backup."""
    folder = Path.cwd()
    relative = path.relative_to(folder) if path.is_relative_to(folder) else path
    return f"{MIGRATE} restore {shlex.quote(str(relative))}"


def refuse_another_kind(path: Path, url: DatabaseURL) -> None:
    """Raise a StrataError if a file cannot be read, or is no backup of this kind of database."""
    try:
        with path.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", hint=_other_backups(path)
        ) from error
    backend = next(
        (BEGINNINGS[signature] for signature in BEGINNINGS if beginning.startswith(signature)), None
    )
    if backend != url.backend:
        kind = f"a backup of {NAMES[backend]}" if backend else "no backup"
        raise UsageError(
            f"{path} is {kind}, and {url} is {NAMES[url.backend]}.",
            detail="Nothing was changed.",
            hint=_other_backups(path),
        )


def damaged_error(path: Path, reason: str) -> StrataError:
    """Return the error for an incomplete backup."""
    return UsageError(
        f"{path} is an incomplete backup: {reason}.",
        detail="Nothing was changed.",
        hint=_other_backups(path),
    )


def _other_backups(path: Path) -> str:
    folders = {path.parent.absolute(), project_root() / FOLDER}
    backups = {
        file for folder in folders for suffix in SUFFIXES for file in folder.glob(f"*{suffix}")
    }
    others = sorted(backups - {path.absolute()}, key=lambda file: file.stat().st_mtime)
    if not others:
        return f"Create a backup: {MIGRATE} backup"
    return "\n".join(["The latest:", *(f"  {file}" for file in reversed(others[-5:]))])
