"""The declarations of a revision, read without importing its file.

The file that Alembic writes has one line for each name, which a pattern reads. Any other file is
parsed. One that gives a name a value in any other way than by a literal at its top level is not
read here at all: it has to be imported.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

Ids: TypeAlias = str | tuple[str, ...] | list[str] | set[str] | None
"""None, one or several ids, as Alembic takes them."""

NAMES = frozenset({"revision", "down_revision", "branch_labels", "depends_on"})
ASSIGNMENT = re.compile(
    r"\n(revision|down_revision|branch_labels|depends_on|phase)\b[ \t]*(?::[^=\n]*)?=[ \t]*"
    r"(?:(None)|([\"'])([^\"'\\\n]*)\3|([(\[][^#\n]*))[ \t\r]*(?:#[^\n]*)?$",
    re.MULTILINE,
)
DOCSTRING = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(\"\"\"|''')((?:(?!\1)[^\\])*)\1[ \t]*(?=\r?\n|$)"
)
FIRST_CODE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:from |import |revision)")
"""The beginning of a file without a docstring."""
COMMENT = "# revision identifiers, used by Alembic."
PLAIN_LINES = re.compile(
    r"""(?: (?: (?:from|import)\ [^\n()\\;]* (?: \( [^()"'\\;]* \) [ \t]* (?:\#[^\n]*)? )?
        | \# [^\n]*
        | [ \t]*
        ) \r? (?:\n|$) )*""",
    re.VERBOSE,
)
"""Lines in which no text and no bracket of another statement can begin."""
EXECUTES = re.compile(
    r"\n(?:(?:try|if|for|while|with|async|match|raise|assert)\b|[\w.]+\(|[^\s#@(][^\n]*=[^\n]*\b(?:op|context)\.)"
)
"""A line at the top of a file that may execute something; the parser knows.

Python finds a newline ten times as fast as the beginning of a line.
"""
STAR_IMPORT = re.compile(r"import\s+\*")
UNUSUAL = ("\0", "\f", "<<<<<<<", "coding:", "coding=", "exec(", "globals(", "vars(")
"""Text that only a parser understands, such as an encoding, or that may give a name a value."""


@dataclass(frozen=True)
class Declaration:
    """The names that a file gives a value.

    Args:
        revision: the id; None if the file declares none.
        down_revision: the revisions that it follows.
        branch_labels: the labels of its branch.
        depends_on: the revisions of other branches that it depends on.
        docstring: the docstring, as it is in the file.
        phase: the value of `phase`; None without one.
        unread: the first name whose value is no literal, with its code; empty if all are.
        names: the names that have a value.
        executes: whether the file may do more than declare when it is imported, such as execute
            a statement.
    """

    revision: str | None
    down_revision: Ids = None
    branch_labels: Ids = None
    depends_on: Ids = None
    docstring: str = ""
    phase: object = None
    unread: tuple[str, str] = ("", "")
    names: frozenset[str] = frozenset()
    executes: bool = False

    @property
    def is_complete(self) -> bool:
        """True if an import of the file would give the same values, and do nothing else."""
        is_read = not self.unread[0] and {"revision", "down_revision"} <= self.names
        return is_read and not self.executes


def read_declaration(source: bytes) -> Declaration:
    """Read what a file declares.

    Raises:
        SyntaxError: the file is no valid Python. An error elsewhere in it may go unnoticed.
        ValueError: the file has a null byte.
    """
    return _match(source) or _parse(source)


def _match(source: bytes) -> Declaration | None:
    """Read a file by patterns; None if it is not as simple as those that Alembic writes."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(map(text.__contains__, UNUSUAL)) or STAR_IMPORT.search(text):
        return None
    if EXECUTES.search(f"\n{text}"):
        return None
    docstring = DOCSTRING.match(text)
    if not docstring and not FIRST_CODE.match(text):
        return None
    code = f"\n{text[docstring.end() if docstring else 0 :]}".replace(COMMENT, "", 1)
    values: dict[str, object] = {}
    end = 0
    for match in ASSIGNMENT.finditer(code):
        name, none, _, string, other = match.groups()
        if name in values or not PLAIN_LINES.fullmatch(code, end, match.start(1)):
            return None
        end = match.end()
        values[name] = None if none else string
        if other:
            try:
                values[name] = ast.literal_eval(other.strip())
            except (SyntaxError, ValueError, TypeError):
                return None
            if name != "phase" and not _is_ids(values[name]):
                return None
    # A name anywhere else may get another value there. `down_revision` contains `revision`.
    mentions = sum(map(code.count, (*NAMES, "phase")))
    if "revision" not in values or mentions != len(values) + ("down_revision" in values):
        return None
    return _declaration(values, docstring[2].replace("\r\n", "\n") if docstring else "")


def _parse(source: bytes) -> Declaration:
    """Read a file by its syntax tree."""
    tree = ast.parse(source)
    values: dict[str, object] = {}
    unread = ("", "")
    for name, value in _bindings(tree.body):
        if name not in NAMES and name != "phase":
            continue
        try:
            values[name] = ast.literal_eval(value or ast.Name("unknown"))
            is_read = name == "phase" or _is_ids(values[name])
        except (ValueError, TypeError):
            values[name], is_read = None, name == "phase"
        if not is_read:
            unread = name, ast.unparse(value) if value else "another statement"
    declaration = _declaration(values, ast.get_docstring(tree, clean=False) or "", unread)
    return replace(declaration, executes=any(map(_may_execute, tree.body)))


def _may_execute(statement: ast.stmt) -> bool:
    """Return whether a statement at the top of a file may do more than give a name a value."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return False
        case ast.ClassDef() | ast.Pass() | ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign() | ast.AnnAssign():
            names = (each.id for each in ast.walk(statement) if isinstance(each, ast.Name))
            return not {"op", "context"}.isdisjoint(names)
    return True


def _declaration(
    values: dict[str, object], docstring: str, unread: tuple[str, str] = ("", "")
) -> Declaration:
    ids = {name: cast("Ids", values.get(name)) for name in NAMES}
    return Declaration(
        cast("str | None", ids["revision"]),
        ids["down_revision"],
        ids["branch_labels"],
        ids["depends_on"],
        docstring,
        values.get("phase"),
        unread,
        frozenset(values),
    )


def _is_ids(value: object) -> bool:
    if isinstance(value, tuple | list | set):
        return all(isinstance(each, str) for each in value)
    return value is None or isinstance(value, str)


def _bindings(
    statements: list[ast.stmt],
) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the names that a module gives a value, with the value of an assignment at its top."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, value
                    else:
                        yield from _stores(target)
                yield from _stores(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
                yield from _stores(value)
            case ast.AnnAssign(target=ast.Name(), value=None):
                pass
            case _:
                yield from _stores(statement)


def _stores(node: ast.AST) -> Iterator[tuple[str, None]]:
    """Yield the names that may get a value somewhere in a statement.

    A function has names of its own, unless they are `global`. That is not looked at.
    """
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name, None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, None
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name, None
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, None
            case ast.alias(name="*") | ast.Call(func=ast.Name(id="exec" | "globals" | "vars")):
                yield from ((each, None) for each in sorted(NAMES))
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0], None
