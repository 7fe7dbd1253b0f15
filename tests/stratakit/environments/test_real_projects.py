"""What real projects do in env.py and around it, each as the smallest project that does it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN, SHAPES

READING = ("current", "history", "check", "drift", "adopt", "upgrade --dry-run")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project


@pytest.mark.parametrize("shape", ["plain", "asynchronous"])
def test_a_reading_verb_creates_no_file_of_sqlite(project: Project, shape: str) -> None:
    project.write("migrations/env.py", SHAPES[shape])
    for verb in READING:
        outcome = project.run(*verb.split())
        assert outcome.status in (0, 1), outcome
        assert not (project.root / "app.db").exists(), verb
