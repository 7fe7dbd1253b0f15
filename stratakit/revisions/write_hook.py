"""The formatter of the service, for files that are written for it."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def run(path: Path) -> None:
    """Format a file where ruff is installed; a runtime image does without."""
    if find_spec("ruff"):
        for verb in (["check", "--fix", "--select", "I"], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *verb, "--quiet", path], check=False)
