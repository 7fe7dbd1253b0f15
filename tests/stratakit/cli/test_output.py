"""Answers alone on stdout: no log of Alembic, no warning, no print of the project."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import alembic
import pytest

from stratakit.commands import _check
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.process import quiet
from stratakit.process.color import has_color, paint
from stratakit.process.progress import format_seconds
from tests.stratakit.environments.projects import INI, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

LOGGING = """
[loggers]
keys = root,alembic,engine

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = INFO
handlers = console

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[logger_engine]
level = WARNING
handlers =
qualname = sqlalchemy.engine

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""
NOISE = """
import logging.config
import subprocess
import warnings
from sqlalchemy.exc import SAWarning

logging.config.fileConfig(context.config.config_file_name)
warnings.simplefilter("always")
warnings.warn("an application's warning", DeprecationWarning)
warnings.warn("a warning of a library", SAWarning)
print("printed by env.py")
subprocess.run(["echo", "printed by a program"])
"""
VERBS = (
    ["upgrade"],
    ["check"],
    ["current"],
    ["history"],
    ["drift"],
    ["stamp", "head"],
    ["downgrade", "a1", "--lose", "items"],
    ["create", "--empty", "note rows"],
    ["record"],
    ["lint", "--all"],
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def noisy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project that logs, warns and prints, migrated."""
    project = Project(tmp_path, HEAD + PLAIN)
    project.write("strata.toml", 'database = "sqlite"\n')
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        assert project.run("upgrade").status == 0
        assert project.run("record").status == 0
        project.write("alembic.ini", INI + LOGGING)
        project.write("migrations/env.py", HEAD + NOISE + PLAIN)
        yield project


def run(project: Project, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project.root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_nothing_of_alembic_and_no_warning_is_in_the_output_of_a_verb(
    noisy: Project, verb: list[str]
) -> None:
    outcome = noisy.run(*verb)
    assert outcome.status in (0, 1), outcome
    assert "INFO" not in outcome.stderr + outcome.stdout, outcome
    assert "arning" not in outcome.stderr + outcome.stdout, outcome
    assert "printed" not in outcome.stdout, outcome


def test_json_is_all_of_stdout_whatever_the_project_and_its_programs_print(noisy: Project) -> None:
    done = run(noisy, "stratakit", "current", "--json", FORCE_COLOR="1")
    assert json.loads(done.stdout)["position"] == {"heads": ["a2"], "is_head": True}
    assert "printed by" in done.stderr
    assert "arning" not in done.stderr


def test_warnings_are_shown_to_who_asks_python_for_them(noisy: Project) -> None:
    done = run(noisy, "stratakit", "current", PYTHONWARNINGS="always")
    assert "an application's warning" in done.stderr


def test_an_error_is_an_object_in_json_and_once_on_stderr_otherwise(noisy: Project) -> None:
    failed = noisy.run("upgrade", "nonsense", "--json")
    assert failed.status == 2
    assert set(json.loads(failed.stdout)["error"]) == {"what", "why", "remedy", "status"}
    failed = noisy.run("upgrade", "nonsense")
    assert failed.stdout == ""
    assert failed.stderr.count("nonsense") == 2  # the target, and the reason that Alembic gives


def test_a_failure_in_a_child_process_is_reported_without_its_log(noisy: Project) -> None:
    noisy.write(
        "migrations/versions/a2_seed.py",
        'revision = "a2"\ndown_revision = "a1"\n\n\ndef upgrade():\n    raise ValueError("broken")',
    )
    failed = noisy.run("drift")
    assert failed.status == 1
    assert failed.stderr.count("broken") == 1, failed
    assert "INFO" not in failed.stderr


def test_every_logger_of_alembic_is_known() -> None:
    package = Path(alembic.__file__).parent
    modules = {
        ".".join(("alembic", *path.relative_to(package).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for path in package.rglob("*.py")
        if "getLogger(__name__)" in path.read_text()
    }
    assert modules
    assert modules <= set(quiet.ALEMBIC_LOGGERS)


@pytest.mark.parametrize(
    ("variables", "terminal", "plain"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour_is_for_terminals_that_have_it_and_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], terminal: bool, plain: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (has_color(Terminal()), has_color(io.StringIO())) == (terminal, plain)
    assert ("\x1b[" in paint("text", "red", Terminal())) is terminal


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.031, "0.03 s"), (9.99, "9.99 s"), (12.4, "12 s"), (60, "1 min 00 s"), (185, "3 min 05 s")],
)
def test_a_duration_is_as_exact_as_it_matters(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_each_revision_is_one_line_with_its_time(noisy: Project) -> None:
    undone = noisy.run("downgrade", "base", "--lose", "items")
    assert re.findall(r"^Undone (\w+) .*\(\d\.\d\d s\)$", undone.stdout, re.MULTILINE) == [
        "a2",
        "a1",
    ]
    applied = noisy.run("upgrade")
    assert re.findall(r"^Applied (\w+) .*\(\d\.\d\d s\)$", applied.stdout, re.MULTILINE) == [
        "a1",
        "a2",
    ]


def test_a_check_that_cannot_reach_the_database_fails(
    noisy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseUnavailable("connection refused")

    monkeypatch.setattr(_check, "read_databases", refuse)
    outcome = noisy.run("check")
    assert outcome.status == 3, outcome
    assert "connection refused" in outcome.stderr
    assert noisy.run("check", "--models").status == 0
