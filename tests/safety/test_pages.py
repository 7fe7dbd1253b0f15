"""The docs of the rules are the rules."""

import subprocess
import sys
from pathlib import Path

from stratakit.lint import rules
from tests.safety.pages import PAGE, page
from tests.safety.peers import RULES


def test_the_page_of_the_rules_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.safety.pages"


def test_every_rule_says_what_the_page_needs() -> None:
    for name, rule in rules.rules().items():
        assert rule.SEVERITY in rules.SEVERITIES, name
        assert rule.BAD, name
        assert rule.GOOD, name
        assert (rule.__doc__ or "").count("\n") > 1, name


def test_what_others_are_compared_with_are_rules_of_ours() -> None:
    assert set(RULES) <= set(rules.rules())


def test_a_rule_is_explained_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "strata.toml").touch()

    def explained(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "stratakit", "lint", "--explain", name]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert explained("drop-column").stdout.strip() in PAGE.read_text()
    titles = explained("all").stdout.splitlines()
    assert [line.split()[0] for line in titles] == [*rules.rules()]
    unknown = explained("drop-colum")
    assert unknown.returncode == 2
    assert "lint --explain all" in unknown.stderr
