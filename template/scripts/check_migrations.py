#!/usr/bin/env python3
"""Have the models changed without a migration? Fast, because a good answer is remembered.

python scripts/check_migrations.py [--check-only] [--force] [--format FORM]
"""

import runpy
import sys
from pathlib import Path

MIGRATE = Path(__file__).resolve().with_name("migrate.py")

if __name__ == "__main__":
    sys.argv[1:1] = ["check", "--models"]
    runpy.run_path(str(MIGRATE), run_name="__main__")
