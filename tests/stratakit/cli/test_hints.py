"""Each command that an error or a finding names is one that the command line takes."""

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest

import stratakit
from stratakit.cli.main import ALIASES, _add_alembic_arguments, _verbs

VERBS = _verbs()

LIBRARY = Path(stratakit.__file__).parent
VALUE = "8001"
"""What stands for the part of a text that is known when the program runs."""
END = re.compile(r"\n|`| && | lists (?:it|them)|, (?=[a-z])|\. (?=[A-Z])|\)|;|: ")
"""What ends a command in a text."""
COMMAND = re.compile(rf"""(?:"[^"\n]*"|(?!{END.pattern})(?:.|\n))*""")
"""A command at the start of a text: what ends one does not end it between quotes."""


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return the texts of a module that name a command, with VALUE for other parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [
                str(part.value)
                if isinstance(part, ast.Constant)
                else "MIGRATE"
                if isinstance(part, ast.FormattedValue)
                and isinstance(part.value, ast.Name)
                and part.value.id == "MIGRATE"
                else VALUE
                for part in node.values
            ]
            yield node.lineno, "".join(parts)


def commands() -> Iterator[tuple[str, str]]:
    """Return every command, after the file and line that names it."""
    for path in sorted(LIBRARY.rglob("*.py")):
        for line, text in texts(ast.parse(path.read_text())):
            for command in re.findall(r"MIGRATE ((?:.|\n)*?)(?=MIGRATE|\Z)", text):
                where = f"{path.relative_to(LIBRARY).as_posix()}:{line}"
                named = COMMAND.match(command)
                assert named
                yield where, named[0].strip().rstrip(".,:")


def refusal(command: str) -> str:
    """Return why the command line refuses a command; empty if it does not."""
    verb, *arguments = shlex.split(command) or [""]
    if verb in ("", "VERB", "help", VALUE):
        return ""
    verb = ALIASES.get(verb, verb)
    if verb not in VERBS:
        return f"no verb {verb}"
    parser = argparse.ArgumentParser(prog=verb)
    import_module(f"stratakit.cli.commands.{verb}").add_arguments(parser)
    _add_alembic_arguments(parser)
    error = StringIO()
    with redirect_stderr(error):
        try:
            parser.parse_args(arguments)
        except SystemExit as ended:
            return error.getvalue() if ended.code else ""
    return ""


def test_every_command_that_is_named_is_taken() -> None:
    named = list(commands())
    assert len(named) > 50
    refused = {
        f"{where}: {command}": reason for where, command in named if (reason := refusal(command))
    }
    assert not refused


@pytest.mark.parametrize("command", ["chekc", "stamp", "downgrade --loose items", "lint --bse x"])
def test_a_command_that_the_command_line_refuses_is_noticed(command: str) -> None:
    assert refusal(command)
