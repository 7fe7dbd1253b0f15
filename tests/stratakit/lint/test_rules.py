"""Each rule finds its bad examples, and none finds anything in the good ones, on each database."""

from pathlib import Path
from types import ModuleType

import pytest

from stratakit.config import Backend
from stratakit.lint import rules
from stratakit.lint.rule import Rule, Severity
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


@pytest.mark.parametrize("names", [[], ["first", "second"]], ids=["no rule", "two rules"])
def test_a_file_that_does_not_define_one_rule_is_refused(names: list[str]) -> None:
    module = ModuleType("stratakit.lint.rules.first")
    for name in names:
        setattr(module, name, _rule_class(name, module))
    with pytest.raises(TypeError, match='one rule, with id = "first"'):
        rules.create_rule(module)


def test_a_rule_of_another_id_than_its_files_name_is_refused() -> None:
    module = ModuleType("stratakit.lint.rules.first_rule")
    module.rule = _rule_class("first_rule", module)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match='one rule, with id = "first-rule"'):
        rules.create_rule(module)
    module.rule.id = "first-rule"
    assert rules.create_rule(module).id == "first-rule"


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


def _rule_class(name: str, module: ModuleType) -> type[Rule]:
    body = {
        "__module__": module.__name__,
        "id": name,
        "severity": Severity.STYLE,
        "bad": (),
        "good": (),
        "check": lambda self, run: iter(()),
    }
    return type(name, (Rule,), body)
