"""Where a revision goes over rows one by one."""

import ast
import sys
from collections.abc import Iterator


def lines(source: str) -> Iterator[tuple[int, int]]:
    """The first and the last line of each loop of a revision."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.For | ast.While):
            yield (
                node.lineno - 1 if isinstance(node, ast.While) else node.lineno,
                node.end_lineno or 0,
            )


def assign(source: str) -> bool:
    """Whether a loop changes attributes of what it goes over, as of an ORM's objects."""
    for loop in ast.walk(ast.parse(source)):
        if not isinstance(loop, ast.For):
            continue
        names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        if any(_changed(node) & names for node in ast.walk(loop)):
            return True
    return False


def _changed(node: ast.AST) -> set[str]:
    """The names of the objects whose attributes a node sets, or that it deletes."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return {node.value.id} if isinstance(node.value, ast.Name) else set()
    if not isinstance(node, ast.Call):
        return set()
    verb = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given = {each.id for each in node.args if isinstance(each, ast.Name)}
    return given if verb in ("setattr", "delete") else set()


def flushing() -> bool:
    """Whether a statement comes from an ORM that writes the objects that were changed."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.replace("\\", "/").endswith("sqlalchemy/orm/unitofwork.py"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
