"""Tests assert ids, statuses, names and commands; the wording of a message is in a snapshot."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SENTENCE = re.compile(r"(?<![\w./-])[A-Za-z][a-z]*(?: [a-z]+(?:'[a-z]+)?){3}(?![\w/-])")
# A type of SQL, and a line of a file, neither of which is a message.
EXEMPT = {"timestamp with time zone", "    # Yours below this line.\n"}
# What a text is compared with, searched for, or cut at.
TEXT_FUNCTIONS = {
    "count", "endswith", "findall", "finditer", "follow", "fullmatch", "index", "match",
    "partition", "removeprefix", "removesuffix", "rpartition", "search", "startswith",
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef
Names = dict[str, list[ast.expr]]


def asserted_sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find the sentences that a text is compared with, by constants and parameters, too.

    Yields:
        The line and the text of each.
    """
    constants = _constants(tree.body)
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    scopes = [(tree, constants), *((each, _names(each, constants)) for each in functions)]
    found = {
        (text.lineno, str(text.value))
        for scope, names in scopes
        for operand in _operands(scope)
        for value in _values(operand, names)
        for text in ast.walk(value)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
        if SENTENCE.search(text.value) and text.value not in EXEMPT
    }
    yield from sorted(found)


def _operands(scope: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_FUNCTIONS:
                yield from node.args
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "match")


def _values(operand: ast.expr, names: Names) -> Iterator[ast.expr]:
    """Return what an operand consists of, without the arguments of the functions in it."""
    match operand:
        case ast.Call(func=ast.Attribute(value=inner)):
            yield from _values(inner, {})
        case ast.Call() | ast.Subscript() | ast.Attribute():
            pass
        case ast.Name(id=name):
            yield from names.get(name, [])
        case ast.JoinedStr(values=parts):
            yield from parts
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _values(part.value, names)
        case ast.BinOp(left=left, right=right):
            yield from (*_values(left, names), *_values(right, names))
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                yield from _values(part, names)
        case ast.Constant():
            yield operand


def _names(function: Function, constants: Names) -> Names:
    """Return the values of the names that a function may compare with."""
    names = constants | _constants(ast.walk(function))
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) > 1:
            names |= _parameters(decorator.args[0], decorator.args[1], constants)
    return names


def _constants(nodes: Iterable[ast.AST]) -> Names:
    return {
        target.id: [node.value]
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and not isinstance(node.value, ast.Call)
    }


def _parameters(given: ast.expr, rows: ast.expr, constants: Names) -> Names:
    """Return the values of each parameter that `pytest.mark.parametrize` gives a test."""
    (rows,) = constants.get(rows.id, [rows]) if isinstance(rows, ast.Name) else [rows]
    if isinstance(given, ast.Constant):
        return {str(given.value): [rows]}
    if not isinstance(given, ast.Tuple) or not isinstance(rows, ast.List | ast.Tuple):
        return {}
    cells = [
        row.args if isinstance(row, ast.Call) else row.elts
        for row in rows.elts
        if isinstance(row, ast.Call | ast.Tuple)
    ]
    return {
        ast.literal_eval(name): [row[place] for row in cells if place < len(row)]
        for place, name in enumerate(given.elts)
    }


def test_no_test_asserts_a_sentence() -> None:
    faults = [
        f"{file.relative_to(TESTS.parent)}:{line}: {text!r}"
        for file in sorted(TESTS.rglob("*.py"))
        if file != Path(__file__)
        for line, text in asserted_sentences(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not faults


@pytest.mark.parametrize(
    "source",
    [
        'assert "the table is dropped" in text',
        'assert text == f"The table {name} is dropped with rows."',
        'assert text.startswith("The table is dropped")',
        'def test():\n    with pytest.raises(E, match="the table is dropped"): ...',
        'TEXT = "the table is dropped"\ndef test():\n    assert TEXT in text',
        'def test():\n    lead = "the table is dropped"\n    assert lead in text',
        '@pytest.mark.parametrize("a", ["the table is dropped"])\ndef test(a):\n    assert a in x',
        '@pytest.mark.parametrize(("a", "b"), [pytest.param(1, "the table is dropped")])\n'
        "def test(a, b):\n    assert b in text",
        'ROWS = [(1, "the table is dropped")]\n@pytest.mark.parametrize(("a", "b"), ROWS)\n'
        "def test(a, b):\n    assert b in text",
    ],
)
def test_a_sentence_is_found(source: str) -> None:
    assert len([*asserted_sentences(ast.parse(source))]) == 1


@pytest.mark.parametrize(
    "source",
    [
        'assert "./migrate.sh adopt --baseline" in text',
        'assert "SELECT name FROM items" in text',
        'assert run("create", "add the phone number").returncode == 0',
        'text = "the table is dropped"',
        'assert text == snapshot(name="the table is dropped")',
    ],
)
def test_commands_sql_and_arguments_are_not_sentences(source: str) -> None:
    assert [*asserted_sentences(ast.parse(source))] == []
