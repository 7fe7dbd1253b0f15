"""Models that discovery would miss: a mapped class in another file, or on a second base.

The files are parsed, not imported: importing them all would start half of the application. The
base of a class that was imported is known, though, wherever it comes from.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import MetaData, Table
from sqlalchemy.orm import Mapper

MAPPED_BY = ("__tablename__", "__table__", "__mapper_args__")
# A file without any of these words declares no model, and is not parsed.
SIGNS = (*MAPPED_BY, "declarative_base", "Table(")


@dataclass(frozen=True)
class MisplacedModel:
    """A mapped class or a table in a file that discovery does not import."""

    file: Path
    line: int
    name: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.name} {self.problem}."


def misplaced_models(
    package: str, folder: Path, bases: Sequence[Any], model_files: set[Path]
) -> Iterator[MisplacedModel]:
    """Find the models of a package that discovery would miss.

    Args:
        package: its name.
        folder: its folder.
        bases: the declarative bases of the models.
        model_files: the files that discovery imports.
    """
    names = {base.__name__ for base in bases}
    root = folder.parents[package.count(".")]
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if not any(sign in text for sign in (*names, *SIGNS)):
            continue
        relative = file.relative_to(root)
        parts = relative.with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        for line, name, problem in _find_misplaced(text, names, is_model_file=file in model_files):
            declared = getattr(sys.modules.get(module), name, None)
            if not any(declared is base for base in bases):
                yield MisplacedModel(relative, line, name, problem)


def models_on_other_bases(
    package: str, folder: Path, collections: Sequence[MetaData]
) -> Iterator[MisplacedModel]:
    """Find the mapped classes of imported modules whose base discovery was not given.

    Args:
        package: the name of the package.
        folder: its folder.
        collections: the tables of the declarative bases that it was given.
    """
    root = folder.parents[package.count(".")]
    for name, module in sorted(sys.modules.items()):
        if not f"{name}.".startswith(f"{package}."):
            continue
        for value in list(vars(module).values()):
            if not isinstance(value, type) or value.__module__ != name:
                continue
            mapper: object = sqlalchemy.inspect(value, raiseerr=False)
            table = mapper.local_table if isinstance(mapper, Mapper) else None
            if isinstance(table, Table) and not any(table.metadata is each for each in collections):
                file = Path(inspect.getfile(value)).relative_to(root)
                line = inspect.getsourcelines(value)[1]
                yield MisplacedModel(file, line, value.__name__, "is on another base")


def _find_misplaced(
    text: str, base_names: set[str], *, is_model_file: bool
) -> Iterator[tuple[int, str, str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    names = {
        id(node.value): ast.unparse(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {_last_name(expression) for expression in node.bases}
            if "DeclarativeBase" in bases:
                yield node.lineno, node.name, "is a second declarative base"
            elif not is_model_file and _is_mapped(node, bases, base_names):
                yield node.lineno, node.name, "is a model outside of a models module"
        elif isinstance(node, ast.Call):
            called = _last_name(node.func)
            if called == "declarative_base":
                name = names.get(id(node), ast.unparse(node))
                yield node.lineno, name, "is a second declarative base"
            elif called == "Table" and not is_model_file and _is_on_metadata(node):
                name = ast.unparse(node.args[0])
                yield node.lineno, name, "is a table outside of a models module"


def _is_mapped(node: ast.ClassDef, bases: set[str], base_names: set[str]) -> bool:
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
    return bool(bases & base_names) or not assigned.isdisjoint(MAPPED_BY)


def _is_on_metadata(call: ast.Call) -> bool:
    return len(call.args) > 1 and _last_name(call.args[1]) == "metadata"


def _last_name(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]
