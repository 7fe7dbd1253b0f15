"""The keys of the JSON of every verb, which programs read."""

import argparse
import json
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from stratakit.cli import commands
from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

VERBS = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
RUN = (
    ["upgrade"],
    ["current"],
    ["heads"],
    ["history"],
    ["record"],
    ["sql"],
    ["stamp", "head"],
    ["backup", "--no-verify"],
    ["merge"],
    ["create", "--empty", "note rows"],
    ["discard"],
    ["switch"],
    ["downgrade", "a1", "--lose", "items"],
    ["rebuild"],
    ["adopt", "--dry-run"],
    ["service", "status"],
    ["server", "status"],
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    project.write("strata.toml", 'database = "sqlite"\n')
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project


def keys(value: object) -> object:
    """Return the keys of an object, and those of the objects in it."""
    if isinstance(value, dict):
        return {key: keys(each) for key, each in value.items()}
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_json(verb: str) -> None:
    parser = argparse.ArgumentParser()
    import_module(f"stratakit.cli.commands.{verb}").add_arguments(parser)
    text = parser.format_help()
    subcommands = [
        each.format_help()
        for action in parser._subparsers._group_actions
        if isinstance(action.choices, dict)
        for each in action.choices.values()
    ] if parser._subparsers else []  # fmt: skip
    assert "--json" in "".join([text, *subcommands])


def test_the_keys_of_the_verbs(project: Project, snapshot: SnapshotAssertion) -> None:
    found: dict[str, object] = {}
    for verb, *arguments in RUN:
        outcome = project.run(verb, *arguments, "--json", *_consent(verb))
        found[verb] = keys(json.loads(outcome.stdout))
    assert found == snapshot


@pytest.mark.parametrize("verb", ["check", "drift", "lint"])
def test_an_answer_of_findings_is_a_list(project: Project, verb: str) -> None:
    project.run("upgrade")
    outcome = project.run(verb, "--json")
    assert isinstance(json.loads(outcome.stdout), list), outcome


def _consent(verb: str) -> list[str]:
    return ["--yes", "app.db"] if verb in ("discard", "switch", "rebuild") else []
