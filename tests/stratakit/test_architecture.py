"""Imports point one way, what is read first costs little, and names and functions keep habits."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "stratakit"
LINT = str(Path(sys.prefix) / "bin" / "lint-imports")

# A function is named by a verb or by the noun that it returns.
VAGUE_NAMES = {
    "altered", "among", "anew", "asked", "behind", "beside", "between", "found", "given", "kept",
    "left", "made", "named", "opened", "planned", "said", "settled", "taken", "there", "told",
    "written",
}  # fmt: skip
MOST_LINES = 60
PRIVATE_NAMES = LIBRARY / "alembic_private.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def vague_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.strip("_") in VAGUE_NAMES:
            yield node.lineno, node.name


def long_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            documented = ast.get_docstring(node, clean=False) is not None
            first = node.body[0].end_lineno if documented else node.lineno - 1
            if (node.end_lineno or 0) - (first or 0) > MOST_LINES:
                yield node.lineno, node.name


def private_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [*node.module.split("."), *(alias.name for alias in node.names)]
            if names[0] in ("alembic", "sqlalchemy"):
                yield from ((node.lineno, name) for name in names if name.startswith("_"))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] in ("alembic", "sqlalchemy"):
                    yield from ((node.lineno, part) for part in parts if part.startswith("_"))


def lint(repository: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=repository, capture_output=True, text=True)


def test_imports_keep_the_contracts() -> None:
    linted = lint(REPOSITORY)
    assert linted.returncode == 0, linted.stdout


def test_an_import_that_breaks_a_contract_is_found(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "stratakit", tmp_path / "stratakit")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    health = tmp_path / "stratakit" / "web" / "health.py"
    health.write_text(f"import alembic\n{health.read_text()}")
    linted = lint(tmp_path)
    assert linted.returncode == 1
    assert "stratakit.web.health -> alembic" in linted.stdout


def test_functions_have_clear_names_and_are_short() -> None:
    faults = [
        f"{file.relative_to(REPOSITORY)}:{line}: {name}"
        for file in sorted(LIBRARY.rglob("*.py"))
        for find in (vague_functions, long_functions)
        for line, name in find(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not faults


def test_private_names_are_imported_in_one_module() -> None:
    faults = [
        f"{file.relative_to(REPOSITORY)}:{line}: {name}"
        for file in sorted(LIBRARY.rglob("*.py"))
        if file != PRIVATE_NAMES
        for line, name in private_imports(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not faults


def test_private_attributes_are_refused_outside_of_that_module(tmp_path: Path) -> None:
    for name in ("alembic_private.py", "other.py"):
        (tmp_path / "stratakit").mkdir(exist_ok=True)
        (tmp_path / "stratakit" / name).write_text("def affinity(type_):\n    return type_._x\n")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert [line.partition(":")[0] for line in checked.stdout.splitlines() if "SLF001" in line] == [
        "stratakit/other.py"
    ]


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("def told(): ...", {"told"}),
        ("class A:\n    async def _left(self): ...", {"_left"}),
        ("def tell(): ...", set()),
        ("def long():\n" + "    pass\n" * (MOST_LINES + 1), {"long"}),
        ('def explained():\n    """Long.\n' + "\n" * MOST_LINES + '    """\n    pass', set()),
        ("from sqlalchemy.sql import _typing", {"_typing"}),
        ("import alembic._private.x", {"_private"}),
        ("from stratakit.commands._errors import command", set()),
    ],
)
def test_a_broken_convention_is_found(source: str, faults: set[str]) -> None:
    tree = ast.parse(source)
    finders = (vague_functions, long_functions, private_imports)
    assert {name for find in finders for _, name in find(tree)} == faults
