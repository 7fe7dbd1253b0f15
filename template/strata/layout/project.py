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
# Files in them, which may declare models of their own for what they test.
OF_TESTS = re.compile(r"\A(?:test_.*|.*_test|conftest)\.py\Z")
IMPORT = re.compile(
    r"(?m)^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import\b"
    r"|import[ \t]+(\w[\w.]*)(?=(?:[ \t]+as\b|,|\s*$)))"
)
DEEPEST = 3
"""Below how many folders imports may start."""


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
        """The folders that imports start from: the project's own first, `src` where it is one.

        A name is looked for where most of what is imported from it lies: `app` is `app/app` where
        the other has no `app.models`.
        """
        homes = {
            name: home
            for name, modules in self._imported().items()
            if (home := self._home(modules)) is not None
        }
        packages = {(Path(home) / name).as_posix() for name, home in homes.items()}
        wanted = {
            home
            for name, home in homes.items()
            # What lies in a package is imported from the package, whatever a library is named.
            if not any(f"{home}/".startswith(f"{package}/") for package in packages)
            and not _installed(name, self.root)
        }
        return (".", *(each for each in self._folders if each in wanted))

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

    def _imported(self) -> dict[str, set[str]]:
        """What is imported, by the name of its package, where a file here has that name."""
        texts = list(self.texts.values())
        if self.environment:
            texts.append(self.text(self.environment))
        here = {path.rpartition("/")[2] for path in self._here} - sys.stdlib_module_names
        found: dict[str, set[str]] = {}
        for text in texts:
            for module in filter(None, (one or other for one, other in IMPORT.findall(text))):
                if (name := module.partition(".")[0]) in here:
                    found.setdefault(name, set()).add(module)
        return found

    def _home(self, modules: set[str]) -> str | None:
        """The folder from which most of some modules are found; None where none is."""
        paths = [module.replace(".", "/") for module in modules]
        counts = {".": sum(path in self._here for path in paths)}
        for folder in self._folders:
            counts[folder] = sum(f"{folder}/{path}" in self._here for path in paths)
        best = max(counts, key=lambda folder: counts[folder])
        return best if counts[best] else None

    @cached_property
    def _here(self) -> set[str]:
        """All modules and packages, as paths from the project's folder on, without `.py`."""
        files = [file.relative_to(self.root) for file in self.texts]
        modules = {file.with_suffix("").as_posix() for file in files}
        return modules | {parent.as_posix() for file in files for parent in file.parents}

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """Folders from which imports may start beside the project's own, `src` first."""
        folders = {file.relative_to(self.root).parts[:-1] for file in self.texts}
        depths = range(1, DEEPEST + 1)
        all = {parts[:depth] for parts in folders for depth in depths if len(parts) >= depth}
        ordered = sorted(all, key=lambda parts: (parts != ("src",), len(parts), parts))
        return tuple("/".join(parts) for parts in ordered)


def _installed(name: str, root: Path) -> bool:
    """Whether a name is of a library: not of the project itself, which may be installed, too."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    if spec is None:
        return False
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or [])
    return not any(
        Path(place).is_relative_to(root) and "site-packages" not in Path(place).parts
        for place in places
    )


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
