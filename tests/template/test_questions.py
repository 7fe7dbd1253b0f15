"""What copier.yml asks: no answer breaks a service, and none is asked for nothing."""

import ast
import configparser
import filecmp
import keyword
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from poetry.core.factory import Factory

COPY = (sys.executable, "-m", "copier", "copy", "--defaults")
REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGURATION: dict[str, Any] = yaml.safe_load((REPOSITORY / "copier.yml").read_text())
QUESTIONS: dict[str, Any] = {
    name: question
    for name, question in CONFIGURATION.items()
    if not name.startswith("_") and question.get("when") is not False
}
TYPED = [name for name, question in QUESTIONS.items() if "choices" not in question]
TEXTS = [name for name in TYPED if QUESTIONS[name]["type"] == "str"]

OTHERS: dict[str, list[Any]] = {
    "project_name": ["Orders"],
    "description": ["Takes orders."],
    "author": ["Ada Lovelace", "Ada Lovelace <ada@example.com>"],
    "database": ["sqlite", "mysql"],
    "package_manager": ["poetry", "pip"],
    "python_version": ["3.12", "3.13", "3.14"],
    "revision_names": ["dated"],
    "deploy": ["kubernetes", "none"],
    "ci": ["gitlab", "none"],
    "authentication": ["jwt"],
    "example": [False],
    "stratakit": ["index", "https://example.com/stratakit-0.6.0-py3-none-any.whl"],
}

HOSTILE = {
    "double quotes": 'say "hello"',
    "single quotes": "it's",
    "a newline": "two\nlines",
    "an escaped newline": r"two\nlines",
    "a carriage return": "two\rlines",
    "a line separator": "two\u2028lines",
    "a NUL as text": r"\x00 \u0000",
    "an escape sequence": "\x1b[31mred",
    "a delete character": "a\x7fb",
    "reversed text": "a\u202eb",
    "an undecodable byte": "a\udcffb",
    "a Jinja expression": "{{ 7 * 7 }}",
    "a Jinja statement": "{% raise %}",
    "a Jinja comment": "{# gone #}",
    "triple double quotes": '"""',
    "triple single quotes": "'''",
    "a Python keyword": "class",
    "300 characters": "x" * 300,
    "301 characters": "x" * 301,
    "another script": "Заказы и 注文",
    "an emoji": "🚚 orders",
    "combined characters": "é 👩‍🔧",
    "backslashes": "C:\\new\\",
    "nothing": "",
    "a space": " ",
    "a leading dash": "-rf",
    "a hash": "# orders",
    "a command substitution": "$(touch broken)",
    "backticks": "`touch broken`",
    "a variable": "$HOME ${HOME} $$",
    "percent signs": "%(here)s 100%",
    "YAML": "a: [b, *c, &d, !e]",
    "TOML": "[project]\nname = 1",
    "HTML": "</title><!-- <script>",
    "an address": "<nobody>",
    "a path": "../../orders",
}

WHY = r"Validation error for question '{}': \S.*\w.*"


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_a_default_a_help_and_a_validator(name: str) -> None:
    question = QUESTIONS[name]
    assert "default" in question
    assert re.search(r"\w.*[.?]\s*$", question["help"], re.S)
    if name in TEXTS:
        assert question["validator"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_changes_a_file(name: str, tmp_path: Path, unversioned: Path) -> None:
    seen: list[Path] = []
    for changed in ({}, *({name: answer} for answer in OTHERS[name])):
        service = tmp_path / f"service{len(seen)}"
        _copy(unversioned, service, changed)
        for before in seen:
            assert _differences(before, service) - {".copier-answers.yml"}, changed
        seen.append(service)


def test_every_choice_was_tried() -> None:
    for name, question in QUESTIONS.items():
        choices = question.get("choices", [])
        for choice in choices.values() if isinstance(choices, dict) else choices:
            assert choice in (question["default"], *OTHERS[name])


@pytest.mark.slow
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_answer_is_refused_in_one_line_or_harmless(
    name: str, answer: str, tmp_path: Path, unversioned: Path
) -> None:
    service = tmp_path / "service"
    if name == "stratakit":
        answer = f"https://example.com/{answer}"
    if refused := _refused(unversioned, service, {name: answer}):
        assert re.fullmatch(WHY.format(name), refused)
        assert not service.exists()
    else:
        _assert_sound(service)
        assert _values(service)[name] == answer
        assert not list(tmp_path.rglob("broken"))


@pytest.mark.parametrize("answer", ["orders", "My Service", "B", "x-y_z.w 2", "A--  b..", "a" * 50])
def test_an_ordinary_name_is_taken(answer: str, tmp_path: Path, unversioned: Path) -> None:
    service = tmp_path / "service"
    _copy(unversioned, service, {"project_name": answer})
    _assert_sound(service)
    assert _values(service)["project_name"] == answer


WITHOUT_A_LETTER_FIRST = ["", "-a", "_a", ".a", "1a", "ünite", "注文"]
WITH_A_WRONG_CHARACTER = ["a\n", "a/b", "a'b", "aü", "a" * 51]
TAKEN = [
    "app",
    "Stratakit",
    "FastAPI",
    "pydantic settings",
    "Postgres",
    "template1",
    "None",
    "class",
]


@pytest.mark.parametrize("answer", WITHOUT_A_LETTER_FIRST + WITH_A_WRONG_CHARACTER + TAKEN)
def test_a_name_that_would_break_something_is_refused(
    answer: str, tmp_path: Path, unversioned: Path
) -> None:
    refused = _refused(unversioned, tmp_path / "service", {"project_name": answer})
    assert re.fullmatch(WHY.format("project_name"), refused)
    assert not (tmp_path / "service").exists()


def test_a_service_cannot_be_named_like_what_it_depends_on(render: Callable[..., Path]) -> None:
    validator = QUESTIONS["project_name"]["validator"]
    for database in ("postgresql", "sqlite", "mysql"):
        pyproject = tomllib.loads((render(database=database) / "pyproject.toml").read_text())
        needed = pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]
        for requirement in needed:
            (package,) = re.findall(r"^[\w-]+", requirement)
            assert f"'{package}'" in validator
    for word in keyword.kwlist:
        assert f"'{word.lower()}'" in validator


@pytest.mark.parametrize("answer", ["project_name=class", "database=oracle"])
def test_the_command_line_refuses_it_in_its_last_line(
    answer: str, tmp_path: Path, unversioned: Path
) -> None:
    service = tmp_path / "service"
    copied = subprocess.run(
        [*COPY, "--data", answer, str(unversioned), str(service)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert copied.returncode != 0
    last = copied.stderr.strip().splitlines()[-1]
    name, value = answer.split("=")
    assert re.fullmatch(rf"ValueError: .* '{name}': .*{value}.*", last), copied.stderr
    assert not service.exists()


def _copy(template: Path, service: Path, answers: dict[str, Any]) -> None:
    copier.run_copy(str(template), service, data=answers, defaults=True, quiet=True)


def _refused(template: Path, service: Path, answers: dict[str, Any]) -> str:
    """What Copier says instead of copying; empty where it copied."""
    try:
        _copy(template, service, answers)
    except ValueError as refused:
        return str(refused)
    return ""


def _assert_sound(service: Path) -> None:
    """Whatever a file is written in can be read again."""
    for file in filter(Path.is_file, service.rglob("*")):
        text = file.read_text()
        if file.suffix == ".toml":
            tomllib.loads(text)
        elif file.suffix in (".yml", ".yaml"):
            yaml.safe_load(text)
        elif file.suffix == ".py":
            ast.parse(text)
        elif file.suffix == ".ini":
            configparser.RawConfigParser().read_string(text)
        elif file.suffix == ".sh":
            subprocess.run(["sh", "-n", str(file)], check=True)
    subprocess.run(["make", "-n", "help"], cwd=service, check=True, capture_output=True)
    Factory().create_poetry(service)


def _values(service: Path) -> dict[str, str]:
    """The answers as the service's own files tell them, and as Copier remembers them."""
    project = tomllib.loads((service / "pyproject.toml").read_text())["project"]
    remembered = yaml.safe_load((service / ".copier-answers.yml").read_text())
    (author,) = project.get("authors") or [{"name": remembered["author"].strip()}]
    address = f" <{author['email']}>" if "email" in author else ""
    (requirement,) = (each for each in project["dependencies"] if each.startswith("stratakit"))
    application = _arguments((service / "app" / "main.py").read_text(), "FastAPI")
    values = {
        "project_name": application["title"],
        "description": application.get("description", ""),
        "author": f"{author['name']}{address}" or remembered["author"],
        "stratakit": requirement.partition(" @ ")[2],
    }
    assert project["description"] == values["description"]
    if remembered["stratakit"] == "git":
        values["stratakit"] = "git"
    assert values == {name: remembered[name] for name in values}
    return values


def _arguments(source: str, function: str) -> dict[str, str]:
    """The strings that a call of a function is given by their names."""
    (call,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function
    )
    return {
        keyword.arg: str(keyword.value.value)
        for keyword in call.keywords
        if keyword.arg and isinstance(keyword.value, ast.Constant)
    }


def _differences(one: Path, other: Path, inside: str = "") -> set[str]:
    compared = filecmp.dircmp(one / inside, other / inside)
    names = {*compared.left_only, *compared.right_only, *compared.diff_files}
    found = {str(Path(inside, name)) for name in names}
    for folder in compared.common_dirs:
        found |= _differences(one, other, str(Path(inside, folder)))
    return found
