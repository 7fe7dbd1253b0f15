"""Models that say nothing of a table: children of a model, which may add columns to its table."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from strata.layout.project import Project

Name = tuple[str, str]
"""A module and a name in it."""


def children(project: Project, parents: Iterable[Name], known: set[Path]) -> list[Path]:
    """Find the files with classes that inherit from models, and from classes that do.

    Args:
        project: where to look.
        parents: the models.
        known: the files that are not looked for.
    """
    found: list[Path] = []
    ahead = set(parents)
    there = set(ahead)
    while ahead:
        names = "|".join(sorted(re.escape(name) for _, name in ahead))
        sign = re.compile(rf"class\s+\w+\s*\([^)]*\b(?:{names})\b")
        here = set[Name]()
        for file, text in project.texts.items():
            if not sign.search(text):
                continue
            for node in project.nodes(file):
                if isinstance(node, ast.ClassDef) and _inherits(project, file, node, ahead):
                    here.add((project.module(file), node.name))
                    if file not in known:
                        known.add(file)
                        found.append(file)
        ahead = here - there
        there |= ahead
    return found


def origin(project: Project, file: Path, expression: ast.expr) -> Name | None:
    """Where a name is from, or an attribute of a module, that a file writes.

    Returns:
        The module and the name in it, which may have points; None for what is no name.
    """
    first, _, rest = ast.unparse(expression).partition(".")
    if not first.isidentifier() or not all(part.isidentifier() for part in rest.split(".") if rest):
        return None
    module, name = project.imported(file, first)
    inner = f"{module}.{name}".strip(".")
    if rest and project.file(inner) is not None:
        return inner, rest
    return module, f"{name}.{rest}".strip(".")


def _inherits(project: Project, file: Path, node: ast.ClassDef, parents: set[Name]) -> bool:
    """Whether a base of a class is one of these, also where a package passes it on."""
    for expression in node.bases:
        if place := origin(project, file, expression):
            module, name = place
            if any(
                name == other and (home == module or home.startswith(f"{module}."))
                for home, other in parents
            ):
                return True
    return False
