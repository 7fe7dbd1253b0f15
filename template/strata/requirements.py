"""Whether what migrations need is installed, told before anything of it is imported."""

import shlex
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NEEDED = {"alembic": "1.20.1", "sqlalchemy": "2.0.30", "pydantic-settings": "2.3"}
DRIVERS = {"postgresql": {"psycopg": "3.1"}, "mysql": {"pymysql": "1.1"}}
# An extra brings libpq along, which a machine may lack.
WRITTEN = {"psycopg": "psycopg[binary]"}
INSTALLERS = {"uv.lock": "uv add", "poetry.lock": "poetry add", "pdm.lock": "pdm add"}


def require(root: Path) -> None:
    """End the process with status 2 and the command that installs what is missing.

    The application's own driver (psycopg2, asyncpg, aiosqlite) stays as it is: migrations run on a
    synchronous one beside it.

    Args:
        root: the project's folder.
    """
    if missing := list(_missing(root)):
        sys.exit(_told(root, missing))


def _missing(root: Path) -> Iterator[str]:
    for package, least in {**NEEDED, **DRIVERS.get(str(_said(root).get("database")), {})}.items():
        try:
            if _numbers(version(package)) >= _numbers(least):
                continue
        except PackageNotFoundError:
            pass
        yield f"{WRITTEN.get(package, package)}>={least}"


def _told(root: Path, missing: list[str]) -> int:
    print(
        f"Migrations need what {sys.executable} does not have: {', '.join(missing)}\n"
        + _remedy(root, missing),
        file=sys.stderr,
    )
    return 2


def _remedy(root: Path, missing: list[str]) -> str:
    if _said(root).get("scope") != "migrations":
        outside = "" if sys.prefix == sys.base_prefix else f", and run this outside of {sys.prefix}"
        return f"Install it into .venv: make -C {shlex.quote(str(root))} install-dev{outside}"
    names = (lock for folder in _around(root) for lock in INSTALLERS if (folder / lock).exists())
    install = INSTALLERS.get(next(names, ""), f"{sys.executable} -m pip install")
    return (
        "What the application uses stays as it is.\n"
        + f"Install it: {install} "
        + " ".join(f"'{each}'" for each in missing)
    )


def _around(root: Path) -> Iterator[Path]:
    """The project's folder, and those around it up to the repository's: a workspace's lock."""
    for folder in (root, *root.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _said(root: Path) -> dict[str, object]:
    try:
        return tomllib.loads((root / "strata.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {}


def _numbers(written: str) -> tuple[int, ...]:
    numbers = []
    for part in written.split("."):
        digits = "".join(character for character in part if character.isdigit())
        if not digits or digits != part:
            break
        numbers.append(int(digits))
    return tuple(numbers)
