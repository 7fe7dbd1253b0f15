"""The command line that remedies name, so that a printed command runs as printed."""

import os
from pathlib import Path

PROJECT_VARIABLE = "STRATA_PROJECT"
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
        if (folder / "strata.toml").is_file() or (folder / "alembic.ini").is_file():
            return folder
    return here


MIGRATE = f"python {WRAPPER}" if (project_root() / WRAPPER).is_file() else "stratakit"
