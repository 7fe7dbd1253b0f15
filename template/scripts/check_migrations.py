#!/usr/bin/env python3
"""Did the models change without a migration? Fast, because a good answer is remembered.

python scripts/check_migrations.py [--check-only] [--force] [--format FORM]
"""

import argparse
import os
import sys
from contextlib import suppress
from dataclasses import replace
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

from stratakit.scratch import fingerprint
from stratakit.diagnostics import finding
from stratakit.diagnostics import formatters  # noqa: E402
from stratakit.config import load  # noqa: E402
from stratakit.diagnostics.errors import StrataError  # noqa: E402


def main() -> int:
    """Answer from the fingerprint, or check; exit status 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--check-only", action="store_true", help="remember nothing")
    parser.add_argument("--force", action="store_true", help="forget the last good check")
    formatters.add_arguments(parser)
    arguments = parser.parse_args()
    config = load()
    remembered = fingerprint.remembered(config)
    if arguments.force:
        remembered.unlink(missing_ok=True)
    taken = fingerprint.taken(config)
    if remembered.exists() and remembered.read_text() == taken:
        return _good("Nothing has changed since the last good check.", arguments)

    # Takes a third of a second, which the short answer spares.
    from stratakit.drift import check
    from stratakit.scratch.lifecycle import stopped_afterwards

    with stopped_afterwards(config):
        faults = check.faults(config)
    if faults:
        return formatters.show([_there(fault) for fault in faults], arguments)
    if not arguments.check_only:
        remembered.parent.mkdir(exist_ok=True)
        remembered.write_text(taken)
    return _good("The models and the migrations agree.", arguments)


def _there(fault: finding.Finding) -> finding.Finding:
    """Let a finding name the working tree: the hook checks a copy of what is staged."""
    return replace(fault, what=_in_the_tree(fault.what), remedy=_in_the_tree(fault.remedy))


def _in_the_tree(text: str) -> str:
    return text.replace(str(ROOT), os.environ.get("STRATA_WORKING_TREE", str(ROOT)))


def _good(sentence: str, arguments: argparse.Namespace) -> int:
    if arguments.format == "text":
        print(sentence)
    return formatters.show([], arguments)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StrataError as problem:
        print(_in_the_tree(str(problem)), file=sys.stderr)
        sys.exit(problem.status)
