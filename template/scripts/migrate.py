#!/usr/bin/env python3
"""The command line of the migrations: `python scripts/migrate.py help`."""

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"

# The service's own environment, whichever is activated or first on PATH.
if PYTHON.exists() and Path(sys.executable).parent.resolve() != PYTHON.parent.resolve():
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])

os.environ["STRATA_PROJECT"] = str(ROOT)

try:
    from stratakit.cli.main import run
except ModuleNotFoundError as error:
    if error.name != "stratakit":
        raise
    # Otherwise make would find everything installed.
    with suppress(OSError):
        (ENVIRONMENT / ".installed").unlink()
    print(f"stratakit is not installed in {sys.prefix}.", file=sys.stderr)
    print(f"Install it into .venv: make -C {shlex.quote(str(ROOT))} install-dev", file=sys.stderr)
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(run())
