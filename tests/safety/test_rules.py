"""Each rule's Bad is found by it, and its Good by none, on every database that it concerns."""

from pathlib import Path

import pytest

from stratakit.lint import rules
from tests.safety.revisions import linted, rules_found, server, written

CASES = [
    (name, backend)
    for name, rule in rules.rules().items()
    for backend in getattr(rule, "SHOWN_ON", rule.DATABASES)
]


@pytest.mark.parametrize(("name", "backend"), CASES)
def test_bad_is_found(name: str, backend: str, tmp_path: Path) -> None:
    with server(backend):
        config = written(tmp_path, backend, rules.rules()[name].BAD)  # type: ignore[arg-type]
        assert name in rules_found(config)


@pytest.mark.parametrize(("name", "backend"), CASES)
def test_good_is_clean(name: str, backend: str, tmp_path: Path) -> None:
    with server(backend):
        config = written(tmp_path, backend, rules.rules()[name].GOOD)  # type: ignore[arg-type]
        found = linted(config)
        assert [str(finding) for finding in found.findings] == []
        assert found.skipped == []
