"""Tests of the models."""

import subprocess
import sys

import pytest

from stratakit.config import load
from stratakit.diagnostics.command import project_root
from stratakit.drift import check

# Imports the models with fastapi barred, and names the line that asked for it.
PROGRAM = """
import sys, traceback
from pathlib import Path
from stratakit.config import load
from stratakit.revisions import environment

class Barrier:
    def find_spec(self, name, path=None, target=None):
        if name == "fastapi":
            frames = traceback.extract_stack()
            last = [frame for frame in frames if frame.filename.startswith(sys.argv[1])][-1]
            sys.exit(f"{last.filename}:{last.lineno} imports fastapi: {last.line}")

sys.meta_path.insert(0, Barrier())
environment.metadata(load(Path(sys.argv[1])))
assert "fastapi" not in sys.modules
"""


def test_models_and_revisions_agree(pytestconfig: pytest.Config) -> None:
    """Fail with every model change that has no revision."""
    findings = check.find_problems(load(project_root(pytestconfig.rootpath)))
    # Written out, since pytest explains the assertions of a project's own files alone.
    assert not findings, "\n\n".join(map(str, findings))


def test_models_import_without_the_web_framework(pytestconfig: pytest.Config) -> None:
    """Fail if a model imports fastapi, which every migration would then wait for."""
    root = project_root(pytestconfig.rootpath)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
