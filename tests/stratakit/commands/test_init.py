"""`init` writes what a project lacks, and nothing else, in projects of many layouts."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
import yaml

from tests.stratakit.environments.projects import ITEMS, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN
from tests.stratakit.environments.test_flask import create as create_flask_project

SETTINGS = "strata.toml"
WORKFLOW = ".github/workflows/migrations.yml"
TESTS = "tests/test_migrations.py"
PRE_COMMIT = ".pre-commit-config.yaml"
GIT_HOOK = ".git/hooks/pre-commit"
INI = "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n"


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Return a project with an alembic.ini and a folder of tests, in a repository for GitHub."""
    project = Project(tmp_path, HEAD + PLAIN)
    (tmp_path / "tests").mkdir()
    git(tmp_path, "init", "-q")
    (tmp_path / ".github").mkdir()
    project.write("uv.lock", "")
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ), mock.patch.dict(sys.modules), working_in(tmp_path):
        yield project


def texts(root: Path) -> dict[str, str]:
    return {
        each.relative_to(root).as_posix(): each.read_text(errors="replace")
        for each in root.rglob("*")
        if each.is_file() and ".local" not in each.parts and each.suffix != ".pyc"
    }


def init(project: Project, *arguments: str) -> dict[str, str]:
    """Write what is missing, and return the lines that each file has got."""
    before = texts(project.root)
    outcome = project.run("init", "--yes", *arguments)
    assert outcome.status == 0, outcome
    after = texts(project.root)
    changed = {name: text for name, text in after.items() if before.get(name) != text}
    assert sum(text.count("\n") for text in changed.values()) <= 120
    assert len([name for name in changed if not name.startswith(".git/")]) <= 4
    assert "Nothing is missing." in project.run("init").stdout
    return changed


def test_a_project_gets_settings_a_hook_a_job_and_tests(project: Project) -> None:
    written = init(project)
    assert written.keys() == {SETTINGS, GIT_HOOK, WORKFLOW, TESTS}
    assert tomllib.loads(written[SETTINGS]) == {"adopted": "a2"}
    assert "stratakit check --staged" in written[GIT_HOOK]
    assert os.access(project.root / GIT_HOOK, os.X_OK)
    (job,) = yaml.safe_load(written[WORKFLOW])["jobs"].values()
    assert job["steps"][-1] == {"run": "uv run stratakit check --all --format github"}
    assert "services" not in job
    for verb in ("check", "lint"):
        outcome = project.run(verb)
        assert outcome.status == 0, outcome


def test_nothing_is_written_without_a_yes(project: Project) -> None:
    before = texts(project.root)
    shown = project.run("init")
    assert shown.status == 0
    assert texts(project.root) == before
    for name in (SETTINGS, GIT_HOOK, WORKFLOW, TESTS):
        assert f"Create {name}:" in shown.stdout
    assert "stratakit init --yes" in shown.stdout


def test_files_of_the_project_get_lines_and_lose_none(project: Project) -> None:
    hooks = "repos:\n- repo: local\n  hooks:\n  - id: mine\n    name: mine\n    entry: x\n"
    project.write(PRE_COMMIT, f"{hooks}    language: system\n\nfail_fast: true\n")
    project.write(".gitlab-ci.yml", "stages:\n  - build\n  - deploy\n\nimage: python\n")
    project.write(SETTINGS, 'allowed = ["view x"]\n')
    project.write("poetry.lock", "")
    (project.root / "uv.lock").unlink()
    written = init(project)
    assert written.keys() == {SETTINGS, PRE_COMMIT, ".gitlab-ci.yml", TESTS}
    parsed = yaml.safe_load(written[PRE_COMMIT])
    assert parsed["fail_fast"] is True
    assert [hook["id"] for repo in parsed["repos"] for hook in repo["hooks"]] == [
        "mine",
        "migrations",
    ]
    pipeline = yaml.safe_load(written[".gitlab-ci.yml"])
    assert pipeline["image"] == "python"
    assert pipeline["migrations"]["stage"] == "build"
    assert pipeline["migrations"]["script"][-1].startswith("poetry run stratakit")
    assert tomllib.loads(written[SETTINGS]) == {"allowed": ["view x"], "adopted": "a2"}


def test_an_ini_in_another_folder_is_named(project: Project) -> None:
    project.write("conf/alembic.ini", INI)
    (project.root / "alembic.ini").unlink()
    refused = project.run("check")
    assert refused.status == 2
    assert "stratakit init -c conf/alembic.ini" in refused.stderr
    written = init(project, "-c", "conf/alembic.ini")
    assert tomllib.loads(written[SETTINGS])["alembic_ini"] == "conf/alembic.ini"
    assert project.run("heads").status == 0


def test_a_project_with_a_pyproject_alone(project: Project) -> None:
    (project.root / "alembic.ini").unlink()
    project.write(
        "pyproject.toml",
        '[project]\nname = "x"\nrequires-python = ">=3.11"\n'
        '[tool.alembic]\nscript_location = "migrations"\nprepend_sys_path = ["."]\n',
    )
    written = init(project)
    (job,) = yaml.safe_load(written[WORKFLOW])["jobs"].values()
    assert job["steps"][1]["with"] == {"python-version-file": "pyproject.toml"}


def test_a_project_in_a_folder_of_a_repository(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Project(project.root / "backend", HEAD + PLAIN)
    (inner.root / "test").mkdir()
    monkeypatch.chdir(inner.root)
    inner.run("init", "--yes")
    assert (inner.root / SETTINGS).exists()
    assert (inner.root / "test/test_migrations.py").exists()
    (job,) = yaml.safe_load((project.root / WORKFLOW).read_text())["jobs"].values()
    assert job["defaults"]["run"]["working-directory"] == "backend"
    assert "cd backend && uv run" in (project.root / GIT_HOOK).read_text()


def test_a_project_without_git_and_tests_gets_a_list_of_missing_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path, HEAD + PLAIN)
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        outcome = project.run("init", "--yes")
    assert outcome.status == 0
    assert "git repository" in outcome.stdout
    assert {path.name for path in tmp_path.iterdir()} >= {SETTINGS}
    assert not (tmp_path / "tests").exists()


def test_a_project_of_flask_migrate(project: Project) -> None:
    for path in (project.root / "migrations").rglob("*.py"):
        path.unlink()
    (project.root / "alembic.ini").unlink()
    flask = create_flask_project(project.root)
    flask.write("wsgi.py", "from app.factory import create_app\n\napp = create_app()\n")
    flask.write("migrations/versions/a1_items.py", ITEMS)
    written = init(flask)
    assert tomllib.loads(written[SETTINGS]) == {"adopted": "a1"}


def test_local_is_ignored_from_its_first_moment(project: Project) -> None:
    assert project.run("check", "--models").status == 0
    assert (project.root / ".local/.gitignore").read_text() == "*\n"
