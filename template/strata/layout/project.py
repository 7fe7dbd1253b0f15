"""The Python files of a project, and the names under which it imports them."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

# Folders in which no model of an application is declared.
SKIPPED = {
    "alembic", "benchmarks", "build", "dist", "docs", "examples", "migrations", "node_modules",
    "site-packages", "test", "tests", "venv", "versions",
}  # fmt: skip
OURS = {"scripts", "strata"}
IMPORT = re.compile(
    r"(?m)^[ \t]*(?:from[ \t]+(\w+)[\w.]*[ \t]+import\b"
    r"|import[ \t]+(\w+)(?=[\w.]*(?:[ \t]+as\b|,|\s*$)))"
)


class Project:
    """What is read of a project.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._trees: dict[Path, ast.Module] = {}
        self._nodes: dict[Path, tuple[ast.AST, ...]] = {}

    @cached_property
    def texts(self) -> dict[Path, str]:
        """The Python files that may be the application's, with what they hold."""
        return {file: file.read_text("utf-8", "replace") for file in sorted(self._files())}

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The folders that imports start from: the project's own first, `src` where it is one."""
        imported = {
            name for text in self.texts.values() for both in IMPORT.findall(text) for name in both
        }
        wanted = {
            name
            for name in imported - sys.stdlib_module_names - {""}
            if not self._has(self.root, name)
        }
        found = ["."]
        for folder in self._folders():
            if folder.relative_to(self.root).parts[0] in imported:
                # It is a package, by which its modules are imported.
                continue
            here = {name for name in wanted if self._has(folder, name) and not _installed(name)}
            if here:
                found.append(folder.relative_to(self.root).as_posix())
                wanted -= here
        return tuple(found)

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

    def tree(self, file: Path) -> ast.Module:
        """A file, parsed; empty where it is no valid Python."""
        if file not in self._trees:
            try:
                self._trees[file] = ast.parse(self.texts[file])
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
            yield from (Path(folder, name) for name in names if name.endswith(".py"))

    def _folders(self) -> Iterator[Path]:
        """Folders of one and two levels, `src` first."""
        folders = {file.relative_to(self.root).parts[:-1] for file in self.texts}
        all = {parts[:depth] for parts in folders for depth in (1, 2) if len(parts) >= depth}
        for parts in sorted(all, key=lambda parts: (parts != ("src",), len(parts), parts)):
            yield self.root.joinpath(*parts)

    def _has(self, folder: Path, name: str) -> bool:
        return folder / f"{name}.py" in self.texts or (folder / name) in self._packages

    @cached_property
    def _packages(self) -> set[Path]:
        return {folder for file in self.texts for folder in file.parents}


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
