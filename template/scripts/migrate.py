#!/usr/bin/env python3
"""The command line of the migrations: `python scripts/migrate.py help`."""

import os
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"

# Outside of any environment, the service's own one has what is needed.
if sys.prefix == sys.base_prefix and PYTHON.exists() and Path(sys.executable) != PYTHON:
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])

# A project's own folder of this name would be found before the library.
if (ROOT / "alembic" / "__init__.py").exists():
    with suppress(ImportError):
        import alembic  # noqa: F401

sys.path.insert(0, str(ROOT))

  # noqa: E402

if __name__ == "__main__":
    requirements.require(ROOT)

    from stratakit.cli import main

    sys.exit(main(sys.argv[1:]))
