"""Dangerous and safe revisions on PostgreSQL: what is found, and that nothing else is."""

from pathlib import Path

import pytest

from stratakit.lint.linter import lint
from tests.stratakit.lint.dangerous import DANGEROUS
from tests.stratakit.lint.revisions import (
    lint_project,
    server,
    unchecked,
    violated_rules,
    write_project,
)
from tests.stratakit.lint.safe import SAFE


@pytest.mark.parametrize(("rule", "body"), DANGEROUS)
def test_a_dangerous_revision_is_found(rule: str, body: str, tmp_path: Path) -> None:
    with server("postgresql"):
        assert rule in violated_rules(write_project(tmp_path, "postgresql", [body]))


@pytest.mark.parametrize("bodies", SAFE)
def test_a_safe_revision_is_clean(bodies: tuple[str, ...], tmp_path: Path) -> None:
    with server("postgresql"):
        result = lint_project(write_project(tmp_path, "postgresql", bodies))
        assert [str(finding) for finding in result.findings] == []
        assert unchecked(result) == []


def test_a_danger_is_found_after_a_replay_of_the_revisions_before_it(tmp_path: Path) -> None:
    """As in a project, without the prototype that the other tests copy."""
    config = write_project(tmp_path, "postgresql", ['op.drop_column("items", "note")'])
    with server("postgresql"):
        (finding,) = lint(config, ["r001"]).findings
    assert finding.rule == "drop-column"
    assert finding.details["lock"] == "AccessExclusive on items"
