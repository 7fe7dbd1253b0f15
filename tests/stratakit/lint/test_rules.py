"""Each rule finds its bad examples, and none finds anything in the good ones, on each database."""

from pathlib import Path

import pytest

from stratakit.config import Backend
from stratakit.lint import rules
from stratakit.lint.rule import Rule
from tests.stratakit.lint.revisions import (
    lint_project,
    server,
    unchecked,
    violated_rules,
    write_project,
)

CASES = [
    pytest.param(rule, backend, id=f"{rule.id}-{backend}")
    for rule in rules.load_rules().values()
    for backend in rule.shown_on or rule.backends
]


@pytest.mark.parametrize(("rule", "backend"), CASES)
def test_bad_is_found(rule: Rule, backend: Backend, tmp_path: Path) -> None:
    with server(backend):
        assert rule.id in violated_rules(write_project(tmp_path, backend, rule.bad))


@pytest.mark.parametrize(("rule", "backend"), CASES)
def test_good_is_clean(rule: Rule, backend: Backend, tmp_path: Path) -> None:
    with server(backend):
        result = lint_project(write_project(tmp_path, backend, rule.good))
        assert [str(finding) for finding in result.findings] == []
        assert unchecked(result) == []


def test_the_examples_of_a_rule_are_not_indented() -> None:
    class Example(Rule):
        bad = ("op.first()",)
        good = (
            """
            with op.block():
                op.second()
            """,
        )

    assert Example.bad == ("op.first()",)
    assert Example.good == ("with op.block():\n    op.second()",)
