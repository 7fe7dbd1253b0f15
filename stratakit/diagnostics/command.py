"""The command line that remedies name, so that a printed command runs as printed."""

import os
from pathlib import Path

PROJECT_VARIABLE = "STRATA_PROJECT"
PROJECT_FILES = ("strata.toml", "alembic.ini", "migrations/alembic.ini")
"""The files by which a project's folder is recognized."""
WRAPPER = "migrate.sh"


def is_project(folder: Path) -> bool:
    """Return whether a folder has a file of a project, or a pyproject.toml for Alembic."""
    if any((folder / name).is_file() for name in PROJECT_FILES):
        return True
    pyproject = folder / "pyproject.toml"
    return pyproject.is_file() and b"[tool.alembic]" in pyproject.read_bytes()


def project_root(start: Path | None = None) -> Path:
    """Return the project's folder.

    It is the folder that the variable STRATA_PROJECT names, else the nearest one upwards with a
    strata.toml, an alembic.ini, that of Flask-Migrate in `migrations`, or a [tool.alembic] in
    pyproject.toml, else the folder to start from.

    Args:
        start: the folder to start from; by default the working directory.
    """
    if named := os.environ.get(PROJECT_VARIABLE):
        return Path(named).resolve()
    here = start or Path.cwd()
    for folder in (here, *here.parents):
        if is_project(folder):
            return folder
    return here


def migrate_command() -> str:
    """Return the command as the reader has to type it: uv names itself to what it runs."""
    if (project_root() / WRAPPER).is_file():
        return f"./{WRAPPER}"
    return "uv run stratakit" if "UV" in os.environ else "stratakit"


MIGRATE = migrate_command()


def install_extra(extra: str) -> str:
    """Return the remedy for a driver that is not installed, which an extra of stratakit brings."""
    return install_requirement(f"stratakit[{extra}]")


def install_requirement(requirement: str) -> str:
    """Return the remedy for a package that is missing or too old."""
    needed = f"'{requirement}'"
    return f"Install it: uv add {needed}, or poetry add {needed}, or pip install {needed}"
