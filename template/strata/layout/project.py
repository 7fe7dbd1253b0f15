"""The Python files of a project, and the names under which it imports them."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from strata.layout.sources import sources

# Folders in which no model of an application is declared.
SKIPPED = {
    "alembic", "benchmarks", "build", "dist", "docs", "examples", "migrations", "node_modules",
    "site-packages", "test", "tests", "venv", "versions",
}  # fmt: skip
OURS = {"scripts", "strata"}
# Files in them, which may declare models of their own for what they test.
OF_TESTS = re.compile(r"\A(?:test_.*|.*_test|conftest)\.py\Z")


class Project:
    """What is read of a project.

    Args:
        root: its folder.
        environment: the env.py of its Alembic, which imports what is migrated.
    """

    def __init__(self, root: Path, environment: Path | None = None) -> None:
        self.root = root
        self.environment = environment
        self._trees: dict[Path, ast.Module] = {}
        self._nodes: dict[Path, tuple[ast.AST, ...]] = {}

    @cached_property
    def texts(self) -> dict[Path, str]:
        """The Python files that may be the application's, with what they hold."""
        return {file: file.read_text("utf-8", "replace") for file in sorted(self._files())}

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The folders that imports start from: the project's own first, `src` where it is one."""
        texts = list(self.texts.values())
        if self.environment:
            texts.append(self.text(self.environment))
        return sources(self.root, self.texts, texts)

    def module(self, file: Path) -> str:
        """The name under which a file is imported."""
        for source in sorted(self.sources, key=len, reverse=True):
            folder = self.root / source
            if source != "." and file.is_relative_to(folder):
                return _dotted(file.relative_to(folder))
        return _dotted(file.relative_to(self.root))

    def file(self, module: str) -> Path | None:
        """The file of a module; None where it is none of the project's."""
        for source in self.sources:
            path = self.root.joinpath(source, *module.split("."))
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if file in self.texts:
                    return file
        return None

    def text(self, file: Path) -> str:
        """What a file holds; also of Alembic's environment, which is none of the application's."""
        if file not in self.texts:
            return file.read_text("utf-8", "replace")
        return self.texts[file]

    def tree(self, file: Path) -> ast.Module:
        """A file, parsed; empty where it is no valid Python."""
        if file not in self._trees:
            try:
                self._trees[file] = ast.parse(self.text(file))
            except (SyntaxError, ValueError):
                self._trees[file] = ast.Module([], [])
        return self._trees[file]

    def nodes(self, file: Path) -> tuple[ast.AST, ...]:
        """All that a file is made of."""
        if file not in self._nodes:
            self._nodes[file] = tuple(ast.walk(self.tree(file)))
        return self._nodes[file]

    def imported(self, file: Path, name: str) -> tuple[str, str]:
        """Where a name of a file is from.

        Returns:
            The module and the name in it: of the file itself where it does not import the name.
        """
        for node in self.nodes(file):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self._absolute(file, node), alias.name
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        package, _, module = alias.name.rpartition(".")
                        return package, module
        return self.module(file), name

    def _absolute(self, file: Path, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.module(file).split(".")
        if file.name != "__init__.py":
            package.pop()
        package = package[: len(package) - node.level + 1]
        return ".".join([*package, *filter(None, [node.module])])

    def _files(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.root):
            top = Path(folder) == self.root
            folders[:] = sorted(
                name
                for name in folders
                if name not in SKIPPED
                and not name.startswith(".")
                and not (top and name in OURS)
                and not Path(folder, name, "pyvenv.cfg").exists()
            )
            yield from (
                Path(folder, name)
                for name in names
                if name.endswith(".py") and not OF_TESTS.match(name)
            )


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
