"""The hash by which an edit of a revision's code is recognized."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache

from stratakit.revisions.review_comments import remove_comments

IGNORED_FIELDS = {"ctx", "kind", "type_comment", "type_ignores", "type_params"}
"""The fields of a syntax tree that some versions of Python have and others do not, or that repeat
what the tree's form says."""


def digest(source: bytes) -> str:
    """Hash a revision's code: comments, docstrings and layout are no part of it.

    A review comment is resolved, a rule suppressed and a docstring corrected without an edit of
    what databases have run. The hash is the same on every version of Python.

    Args:
        source: the file's content. One that is no Python is hashed as text.
    """
    try:
        code = _describe(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return _digest_of_text(source)
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def has_digest(source: bytes, sha256: str) -> bool:
    """Return whether a hash is that of a revision's code, or of its text, as 0.6.0 recorded it."""
    return sha256 in (digest(source), _digest_of_text(source))


def _digest_of_text(source: bytes) -> str:
    return hashlib.sha256(remove_comments(source)).hexdigest()


def _describe(value: object) -> str:
    """Describe a syntax tree without the positions, the docstrings and what is empty."""
    if isinstance(value, ast.AST):
        children = []
        for name in _compared(value._fields):
            child = getattr(value, name, None)
            if name == "body" and child is not None:
                child = _without_docstring(value, child)
            if child is not None and child != []:
                children.append(f"{name}={_describe(child)}")
        return f"{type(value).__name__}({','.join(children)})"
    if isinstance(value, list):
        return f"[{','.join(map(_describe, value))}]"
    return repr(value)


@cache
def _compared(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in IGNORED_FIELDS)


def _without_docstring(parent: ast.AST, body: Iterable[ast.stmt]) -> object:
    if not isinstance(parent, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return body
    match list(body):
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
        case statements:
            return statements
