"""Reading the source of a revision: what it drops, and whether it is empty."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

DROPS = {"drop_table", "drop_column", "drop_constraint", "drop_index"}
DROP_STATEMENT = re.compile(r"\bDROP\s|^\s*TRUNCATE\b", re.IGNORECASE)


def drops(path: Path, function: str) -> Iterator[tuple[int, str]]:
    """Find what a function of a revision's file drops.

    Returns:
        Pairs of a line number and the operation that drops something there.
    """
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            docstring = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                    if inner.func.attr in DROPS:
                        yield inner.lineno, inner.func.attr
                elif (
                    isinstance(inner, ast.Constant)
                    and isinstance(inner.value, str)
                    and inner is not docstring
                    and DROP_STATEMENT.search(inner.value)
                ):
                    yield inner.lineno, " ".join(inner.value.split())[:60]


def is_empty(path: Path, function: str) -> bool:
    """Return whether a function of a revision's file does nothing."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return all(
                isinstance(part, ast.Pass)
                or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
                for part in node.body
            )
    return True
