import subprocess
import sys

from stratakit import config

# Imports the models with fastapi barred, and tells who asked for it.
PROGRAM = """
import sys, traceback
from strata import config, models

class Barrier:
    def find_spec(self, name, path=None, target=None):
        if name == "fastapi":
            stack = traceback.extract_stack()
            last = [frame for frame in stack if frame.filename.startswith(sys.argv[1])][-1]
            sys.exit(f"{last.filename}:{last.lineno} imports fastapi: {last.line}")

sys.meta_path.insert(0, Barrier())
models.metadata(config.load())
assert "fastapi" not in sys.modules
"""


def test_the_models_are_found_without_starting_the_web_application() -> None:
    root = config.load().root
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)], cwd=root, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
