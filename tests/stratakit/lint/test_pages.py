"""The docs of the rules are the rules."""

import subprocess
import sys
from pathlib import Path

from stratakit.lint.rules import load_rules
from tests.stratakit.lint.pages import PAGE, page
from tests.stratakit.lint.peers import RULES


def test_the_page_of_the_rules_is_current() -> None:
    assert PAGE.read_text() == page(), "write it again: python -m tests.stratakit.lint.pages"


def test_every_rule_says_what_the_page_needs() -> None:
    for rule in load_rules().values():
        assert all([rule.title, rule.detail, rule.bad, rule.good]), rule.id


def test_every_rule_in_the_comparison_with_other_linters_exists() -> None:
    assert set(RULES) <= set(load_rules())


def test_a_rule_is_explained_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "strata.toml").touch()

    def explain(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "stratakit", "lint", "--explain", name]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert explain("drop-column").stdout.strip() in PAGE.read_text()
    titles = explain("all").stdout.splitlines()
    assert [line.split()[0] for line in titles] == [*load_rules()]
    unknown = explain("drop-colum")
    assert unknown.returncode == 2
    assert "lint --explain all" in unknown.stderr
