"""Suppressions, exempt revisions, and the messages if nothing could be run."""

from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from stratakit.diagnostics.errors import DatabaseUnavailable
from tests.stratakit.lint.revisions import lint_project, violated_rules, write_project

DROP = 'op.drop_column("items", "note")'


def test_an_allow_above_the_line_with_a_reason_silences_its_rule(tmp_path: Path) -> None:
    body = f"# migrate: allow drop-column -- unused since release 12\n{DROP}"
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == set()


def test_an_allow_on_the_line_does_too(tmp_path: Path) -> None:
    body = f"{DROP}  # migrate: allow drop-column -- unused since release 12"
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == set()


def test_a_suppression_without_a_reason_does_not_count(tmp_path: Path) -> None:
    body = f"# migrate: allow drop-column\n{DROP}"
    expected = {"drop-column", "allow-without-reason"}
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == expected


def test_an_allow_of_another_rule_is_an_error(tmp_path: Path) -> None:
    body = f"# migrate: allow drop-table -- unused since release 12\n{DROP}"
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == {
        "drop-column",
        "unused-allow",
    }


def test_an_allow_of_another_line_is_an_error(tmp_path: Path) -> None:
    body = f'# migrate: allow drop-column -- unused\nop.execute("SELECT 1")\n{DROP}'
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == {
        "drop-column",
        "unused-allow",
    }


def test_revisions_before_the_adoption_are_exempt(tmp_path: Path) -> None:
    config = write_project(tmp_path, "sqlite", [DROP, 'op.drop_column("items", "quantity")'])
    findings = lint_project(replace(config, adopted="r001")).findings
    assert [finding.file for finding in findings] == ["migrations/versions/r002.py"]


def test_a_finding_names_file_line_and_statement(tmp_path: Path) -> None:
    config = write_project(tmp_path, "sqlite", [DROP])
    (finding,) = lint_project(config).findings
    assert (finding.file, finding.line) == ("migrations/versions/r001.py", 14)
    assert finding.details["statement"] == "ALTER TABLE items DROP COLUMN note"


def test_without_a_server_the_text_is_linted_and_the_limits_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_server(_config: object) -> None:
        raise DatabaseUnavailable("no server here")

    monkeypatch.setattr("stratakit.scratch.database", no_server)
    body = 'op.create_index("i", "items", ["note"])\nop.drop_column("items", "note")'
    result = lint_project(write_project(tmp_path, "postgresql", [body]))
    rules = {finding.rule for finding in result.findings}
    assert {"drop-column", "index-without-concurrently"} <= rules
    (skipped,) = result.skipped
    assert "locks" in skipped
    assert "no server here" in skipped


def test_revisions_after_a_failing_one_are_reported_as_not_linted(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    result = lint_project(write_project(tmp_path, "sqlite", ['op.execute("NONSENSE")', DROP]))
    assert [finding.rule for finding in result.findings] == ["fails"]
    assert result.skipped == snapshot
