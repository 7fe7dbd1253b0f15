#!/usr/bin/env python3
"""Did the models change without a migration? Fast, because a good answer is remembered.

python scripts/check_migrations.py [--check-only] [--force]
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"

# Outside of any environment, the service's own one has what is needed.
if sys.prefix == sys.base_prefix and PYTHON.exists():
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])

sys.path.insert(0, str(ROOT))

from strata import fingerprint  # noqa: E402
from strata.config import load  # noqa: E402
from strata.errors import Problem  # noqa: E402


def main() -> int:
    """Answer from the fingerprint, or check; exit status 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--check-only", action="store_true", help="remember nothing")
    parser.add_argument("--force", action="store_true", help="forget the last good check")
    arguments = parser.parse_args()
    config = load()
    remembered = fingerprint.remembered(config)
    if arguments.force:
        remembered.unlink(missing_ok=True)
    taken = fingerprint.taken(config)
    if remembered.exists() and remembered.read_text() == taken:
        print("Nothing has changed since the last good check.")
        return 0

    from strata import check  # takes a third of a second, which the short answer spares

    faults = list(check.faults(config))
    for fault in faults:
        print(fault)
    if faults:
        return 1
    print("The models and the migrations agree.")
    if not arguments.check_only:
        remembered.parent.mkdir(exist_ok=True)
        remembered.write_text(taken)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.status)
