"""A project with a plain env.py, which a test works in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project
