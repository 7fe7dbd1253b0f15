"""Reading the source of a revision: what it drops, and whether it is empty."""

import ast
from collections.abc import Iterator
from pathlib import Path

DROPS = {"drop_table", "drop_column", "drop_constraint", "drop_index"}


def drops(path: Path, function: str) -> Iterator[tuple[int, str]]:
    """Find what a function of a revision's file drops.

    Returns:
        Pairs of a line number and the operation that drops something there.
    """
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                    if inner.func.attr in DROPS:
                        yield inner.lineno, inner.func.attr
                elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    statement = inner.value.strip().upper()
                    if " DROP " in f" {statement}" or statement.startswith("TRUNCATE"):
                        yield inner.lineno, inner.value.strip()[:60]


def is_empty(path: Path, function: str) -> bool:
    """Whether a function of a revision's file does nothing."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return all(
                isinstance(part, ast.Pass)
                or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
                for part in node.body
            )
    return True
