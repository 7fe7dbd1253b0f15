"""Dangerous and safe revisions on PostgreSQL: what is found, and that nothing else is."""

from pathlib import Path

import pytest

from tests.safety.dangerous import DANGEROUS
from tests.safety.revisions import lint_project, server, violated_rules, write_project
from tests.safety.safe import SAFE


@pytest.mark.parametrize(("rule", "body"), DANGEROUS)
def test_what_is_dangerous_is_found(rule: str, body: str, tmp_path: Path) -> None:
    with server("postgresql"):
        assert rule in violated_rules(write_project(tmp_path, "postgresql", [body]))


@pytest.mark.parametrize("bodies", SAFE)
def test_what_is_safe_is_clean(bodies: tuple[str, ...], tmp_path: Path) -> None:
    with server("postgresql"):
        result = lint_project(write_project(tmp_path, "postgresql", bodies))
        assert [str(finding) for finding in result.findings] == []
        assert result.skipped == []
