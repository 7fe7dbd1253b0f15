"""Formatting of new revisions, as a write hook of Alembic: `format.type = stratakit.ruff`.

https://alembic.sqlalchemy.org/en/latest/autogenerate.html#applying-post-processing-and-python-code-formatters-to-generated-revisions
"""

import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from alembic.script import write_hooks

NAME = "stratakit.ruff"


@write_hooks.register(NAME)
def format_revision(path: str, _options: Mapping[str, Any]) -> None:
    """Format a file if ruff is installed; the image of production does without.

    Args:
        path: the new revision.
    """
    if find_spec("ruff"):
        for verb in (["check", "--fix", "--select", "I"], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *verb, "--quiet", path], check=False)
