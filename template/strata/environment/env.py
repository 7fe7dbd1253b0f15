"""Alembic's way in; all of it is in strata/env.py."""

import sys
from pathlib import Path

# Plain `alembic` knows only the folders that its settings name; a copy of this is in any folder.
ROOT = next(each for each in Path(__file__).resolve().parents if (each / "strata.toml").is_file())
sys.path.insert(0, str(ROOT))

from strata.env import run  # noqa: E402

run()
