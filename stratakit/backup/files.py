"""The files that backups are in: their names, their folder, and how one is told from another."""

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
    """The service's own folder of backups, which git leaves alone."""
    folder = root / FOLDER
    if not folder.exists():
        folder.mkdir(mode=0o700)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


@contextmanager
def unfinished_file(folder: Path) -> Iterator[Path]:
    """A file that only this user can read; gone afterwards, unless it got another name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".unfinished-", dir=folder.resolve())
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


def name(url: DatabaseURL, revisions: Iterable[str]) -> str:
    """The name, without a suffix, of a backup that is taken now."""
    database = Path(url.name).stem if url.backend == "sqlite" else url.name
    revision = "+".join(sorted(revisions)) or "base"
    return re.sub(
        r"[^\w.+-]|^[.-]", "-", f"{database}_{revision}_{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    )


def free_path(folder: Path, name: str, suffix: str) -> Path:
    """A path that is not taken: two backups within one second are two files."""
    names = (f"{name}{more}{suffix}" for more in chain([""], (f"-{n}" for n in count(2))))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def restore_command(path: Path) -> str:
    """The command that restores a backup."""
    here = Path.cwd()
    named = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{MIGRATE} restore {shlex.quote(str(named))}"


def refuse_another_kind(path: Path, url: DatabaseURL) -> None:
    """Raise a StrataError where a file cannot be read or begins as no backup for this database."""
    try:
        with path.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", hint=_others(path)) from error
    backend = next((BEGINNINGS[known] for known in BEGINNINGS if beginning.startswith(known)), None)
    if backend != url.backend:
        kind = f"a backup of {NAMES[backend]}" if backend else "no backup"
        raise UsageError(
            f"{path} is {kind}, and {url} is {NAMES[url.backend]}.",
            detail="Nothing was touched.",
            hint=_others(path),
        )


def damaged_error(path: Path, reason: str) -> StrataError:
    """Say that a file is no whole backup."""
    return UsageError(
        f"{path} is no whole backup: {reason}.",
        detail="Nothing was touched.",
        hint=_others(path),
    )


def _others(path: Path) -> str:
    folders = {path.parent.absolute(), project_root() / FOLDER}
    backups = {file for folder in folders for end in SUFFIXES for file in folder.glob(f"*{end}")}
    found = sorted(backups - {path.absolute()}, key=lambda file: file.stat().st_mtime)
    if not found:
        return f"Take one: {MIGRATE} backup"
    return "\n".join(["The latest:", *(f"  {file}" for file in reversed(found[-5:]))])
