"""Import the models without the web framework: `python -m stratakit.testing.import_barrier ROOT`.

It is a process of its own, because the tests of an application import the framework.
"""

import sys
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from stratakit.config import load
from stratakit.scratch import environment


class Barrier(MetaPathFinder):
    """A finder that ends the process with the project's line that imports fastapi."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find nothing, so that the other finders are asked."""
        if fullname == "fastapi":
            for frame in reversed(traceback.extract_stack()):
                if Path(frame.filename).is_relative_to(self.root):
                    sys.exit(f"{frame.filename}:{frame.lineno} imports fastapi: {frame.line}")
        return None


if __name__ == "__main__":
    root = Path(sys.argv[1])
    sys.meta_path.insert(0, Barrier(root))
    environment.metadata(load(root))
