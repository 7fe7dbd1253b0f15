"""Loops of a revision, which may change rows one by one."""

import ast
from collections.abc import Iterator

from stratakit.lint.trace.frames import call_stack, is_in_module


def loop_lines(source: str) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each loop.

    The statements behind the first line are in the loop, and so is the condition of a `while`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.For | ast.While):
            yield (
                node.lineno - 1 if isinstance(node, ast.While) else node.lineno,
                node.end_lineno or 0,
            )


def changes_objects(source: str) -> bool:
    """Return whether a loop changes attributes of its variable, or deletes the variable."""
    for loop in ast.walk(ast.parse(source)):
        if not isinstance(loop, ast.For):
            continue
        names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        if any(_changed_names(node) & names for node in ast.walk(loop)):
            return True
    return False


def is_orm_flush() -> bool:
    """Return whether the running statement writes the changed objects of an ORM's session."""
    return any(is_in_module(frame, "sqlalchemy/orm/unitofwork.py") for frame in call_stack())


def _changed_names(node: ast.AST) -> set[str]:
    """Return the names of the objects whose attributes a node sets, or that it deletes."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return {node.value.id} if isinstance(node.value, ast.Name) else set()
    if not isinstance(node, ast.Call):
        return set()
    verb = getattr(node.func, "id", getattr(node.func, "attr", ""))
    arguments = {each.id for each in node.args if isinstance(each, ast.Name)}
    return arguments if verb in ("setattr", "delete") else set()
