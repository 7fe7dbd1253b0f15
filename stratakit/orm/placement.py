"""Models that discovery would miss: a mapped class in another file, or on a second base.

The files are parsed, not imported: importing them all would start half of the application.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stratakit.config import Config

# A file without any of these words declares no model, and is not parsed.
SIGNS = ("__tablename__", "__table__", "__mapper_args__", "declarative_base", "Table(")


@dataclass(frozen=True)
class Misplaced:
    """A class that maps a table where it would not be found."""

    file: Path
    line: int
    name: str
    fault: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.name} {self.fault}."


def misplaced_models(config: Config, model_files: set[Path]) -> Iterator[Misplaced]:
    """Find the classes under the service's packages that discovery would miss.

    Args:
        config: names the packages and the declarative base.
        model_files: the files that discovery imports.
    """
    homes = {
        (config.folder(module).with_suffix(".py"), name)
        for module, _, name in (base.partition(":") for base in config.base)
    }
    bases = {name for _, name in homes}
    for package in config.packages:
        folder = config.folder(package)
        for file in sorted(folder.rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            if not any(sign in text for sign in (*bases, *SIGNS)):
                continue
            for line, name, fault in _faults(text, bases, known=file in model_files):
                if (file, name) not in homes:
                    yield Misplaced(file.relative_to(config.root), line, name, fault)


def _faults(text: str, ours: set[str], *, known: bool) -> Iterator[tuple[int, str, str]]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {_last_name(expression) for expression in node.bases}
            if "DeclarativeBase" in bases:
                yield node.lineno, node.name, "is a second declarative base"
            elif not known and _is_mapped(node, bases, ours):
                yield node.lineno, node.name, "is a model outside of a models module"
        elif isinstance(node, ast.Call):
            called = _last_name(node.func)
            if called == "declarative_base":
                yield node.lineno, ast.unparse(node), "is a second declarative base"
            elif called == "Table" and not known and _is_on_metadata(node):
                name = ast.unparse(node.args[0])
                yield node.lineno, name, "is a table outside of a models module"


def _is_mapped(node: ast.ClassDef, bases: set[str], ours: set[str]) -> bool:
    assigned = {
        target.id
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    }
    if "__abstract__" in assigned or not bases:
        return False
    return bool(bases & ours) or bool(assigned & {"__tablename__", "__table__", "__mapper_args__"})


def _is_on_metadata(call: ast.Call) -> bool:
    return len(call.args) > 1 and _last_name(call.args[1]) == "metadata"


def _last_name(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]
