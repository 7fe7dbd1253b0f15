"""The generated pages are as the code is, and the prose is plain."""

import ast
import re

import pytest

from scripts import prose, reference
from stratakit import commands
from stratakit.diagnostics.errors import StrataError
from stratakit.diagnostics.finding import Finding
from tests.conftest import REPOSITORY


@pytest.mark.parametrize("name", reference.pages())
def test_a_generated_page_is_as_the_code_is(name: str) -> None:
    current = (REPOSITORY / "docs" / name).read_text()
    assert current == reference.pages()[name], "generate it: python scripts/reference.py"


def test_every_message_of_the_package_is_on_the_page_of_messages() -> None:
    page = reference.pages()["reference/messages.md"]
    assert page.count("\n**") > 100
    for message in ("DATABASE\\_URL is not set.", "A revision is missing: one that {phrase}."):
        assert f"**{message}**" in page
    placeholders = set(re.findall(r"\{([^}]*)\}", page)) - {""}
    assert {
        each for each in placeholders if not re.fullmatch(r"[a-z]+( [a-z]+){0,3}", each)
    } == set()
    code = {"n", "f", "len", "or", "and", "sorted", "join", "install"}
    assert {each for each in placeholders if code & {*each.split()}} == set()


def test_every_kind_of_message_is_on_the_page_of_messages() -> None:
    kinds = [StrataError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {kind.__name__ for kind in kinds} | {Finding.__name__} == set(reference.MESSAGES)


def test_the_messages_of_the_troubleshooting_are_printed_somewhere() -> None:
    printed = [(REPOSITORY / "template/Makefile.jinja").read_text()]
    for path in (REPOSITORY / "stratakit").rglob("*.py"):
        nodes = [*ast.walk(ast.parse(path.read_text()))]
        texts = [ast.unparse(node) for node in nodes if isinstance(node, ast.JoinedStr)]
        constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
        printed += texts + [text for text in constants if isinstance(text, str)]
    page = (REPOSITORY / "docs/troubleshooting.md").read_text()
    messages = re.findall(r"^\| ([^|]+?) \| [A-Z`]", page, re.MULTILINE)
    assert len(messages) > 15
    for message in messages:
        parts = message.split(" … ")
        assert any(all(part in text for part in parts) for text in printed), message


def test_every_setting_question_and_function_is_documented() -> None:
    settings = reference.pages()["reference/settings.md"]
    rows = re.findall(r"^\| `(\w+)` \|.*\| *(\S.*?)? *\|$", settings, re.MULTILINE)
    assert {"adopted", "MIGRATION_WAIT_SECONDS", "ENVIRONMENT", "package_manager"} <= {
        name for name, _ in rows
    }
    functions = {name for name in commands.__all__ if name.islower()}
    python = reference.pages()["reference/python.md"]
    assert functions <= set(re.findall(r"^### (\w+)$", python, re.MULTILINE))


def test_the_prose_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    assert prose.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The table is written anew.", ["anew"]),
        ("See `mend` and\n```\nmend\n```\n", []),
        ("Fix it. Then mend the rest by hand.", ["mend", "by hand"]),
        ("One beside each other, and one beside it", ["beside"]),
    ],
)
def test_words_with_a_plain_equivalent_are_found(text: str, words: list[str]) -> None:
    assert [found for _, found, _ in prose.check(text)] == words


@pytest.mark.parametrize("docstring", ["What it does.", "Whether it is.", "Where it is."])
def test_a_docstring_that_begins_with_a_question_is_found(docstring: str) -> None:
    assert prose.QUESTION.match(docstring)
    assert not prose.QUESTION.match("Which command does X?")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("what_is_safe_is_clean", ["what"]),
        ("a_problem_is_told", ["told"]),
        ("an_index_beside_a_table_is_dropped", ["beside"]),
        ("a_safe_revision_is_clean", []),
    ],
)
def test_the_name_of_a_test_is_checked(name: str, words: list[str]) -> None:
    assert [found for found, _ in prose.check_name(name)] == words
