#!/usr/bin/env python3
"""The command line of the migrations: `python scripts/migrate.py help`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"

# Outside of any environment, the service's own one has what is needed.
if sys.prefix == sys.base_prefix and PYTHON.exists():
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])

sys.path.insert(0, str(ROOT))

from strata.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
