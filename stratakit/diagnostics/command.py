"""The command line that remedies name, so that a printed command runs as printed."""

import os
from pathlib import Path

PROJECT_VARIABLE = "STRATA_PROJECT"
PROJECT_FILES = ("strata.toml", "alembic.ini")
"""The files by which a project's folder is recognized."""
WRAPPER = "scripts/migrate.py"


def project_root() -> Path:
    """Return the project's folder.

    It is the folder that the variable STRATA_PROJECT names, else the nearest one from the working
    directory upwards with a strata.toml or an alembic.ini, else the working directory.
    """
    if named := os.environ.get(PROJECT_VARIABLE):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / name).is_file() for name in PROJECT_FILES):
            return folder
    return here


MIGRATE = f"python {WRAPPER}" if (project_root() / WRAPPER).is_file() else "stratakit"
