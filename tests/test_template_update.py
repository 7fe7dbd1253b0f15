"""`make template-update` and `make template-status`, as a team runs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.living import Service
from tests.updates import Life, born, git

Newer = Callable[..., Path]


@pytest.fixture
def life(template: Path, tmp_path: Path) -> Life:
    """A service on SQLite, with the test environment as its own, Copier included."""
    life = born(template, tmp_path / "service", "v9999", database="sqlite")
    Service(life.service, "sqlite")
    copier = life.service / ".venv" / "copier" / "bin" / "copier"
    copier.parent.mkdir(parents=True)
    copier.symlink_to(Path(sys.prefix) / "bin" / "copier")
    return life


def make(life: Life, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make, where nothing has to be installed: neither first nor after a change."""
    return subprocess.run(
        ["make", "--old-file", ".venv/.installed", *arguments],
        cwd=life.service,
        env={**os.environ, "MAKEFLAGS": "--old-file=.venv/.installed"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def moved(life: Life, template: Path) -> None:
    """Let the service be from this template."""
    answers = life.service / ".copier-answers.yml"
    lines = answers.read_text().splitlines(keepends=True)
    answers.write_text(
        "".join(f"_src_path: {template}\n" if "_src_path" in line else line for line in lines)
    )
    life.commit()


def test_status_tells_whether_there_is_a_newer_release(life: Life, newer: Newer) -> None:
    told = make(life, "template-status")
    assert told.returncode == 0, told.stderr
    assert "at 9999 of its template.\nThat is its last release." in told.stdout
    moved(life, newer({}))
    told = make(life, "template-status")
    assert "There is 10000. Update: make template-update" in told.stdout


@pytest.mark.slow
def test_an_update_is_told_in_words_checked_and_tested(life: Life, newer: Newer) -> None:
    changes = {
        "template/strata/__init__.py": ("", "# newer\n"),
        "CHANGELOG.md": ("# Changelog\n", "# Changelog\n\n## 10000\n\nThe wheel is round.\n"),
    }
    moved(life, newer(changes))
    done = make(life, "template-update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "## 10000\n\nThe wheel is round." in done.stdout
    assert "## 0.1.0" not in done.stdout
    assert "The models and the migrations agree." in done.stdout
    assert " passed" in done.stdout
    assert "# newer" in (life.service / "strata/__init__.py").read_text()


def test_work_that_is_not_committed_is_refused_and_kept(life: Life) -> None:
    life.write("app/mine.py", "mine = 1\n")
    done = make(life, "template-update")
    assert done.returncode == 2
    assert "?? app/mine.py" in done.stderr
    assert "git stash --include-untracked" in done.stderr
    git(life.service, "stash", "--include-untracked")
    assert git(life.service, "status", "--porcelain") == ""


def test_without_git_it_says_how_to_begin(life: Life) -> None:
    shutil.rmtree(life.service / ".git")
    done = make(life, "template-update")
    assert done.returncode == 2
    assert "Run: git init && git add --all && git commit" in done.stderr


def test_a_conflict_is_listed_and_stops_it(life: Life, newer: Newer) -> None:
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi>=0.165",\n')
    changes = {"template/pyproject.toml.jinja": ('"fastapi>=0.165"', '"fastapi>=0.164"')}
    moved(life, newer(changes))
    done = make(life, "template-update")
    assert done.returncode == 2
    assert "pyproject.toml:" in done.stderr
    assert "Then: make install-dev check test" in done.stderr
    # The same stops `make check`, before anything is installed.
    checked = make(life, "check")
    assert checked.returncode == 2
    assert "has conflict markers" in checked.stderr


@pytest.mark.slow
def test_an_option_that_is_switched_off_leaves_what_was_edited(life: Life) -> None:
    life.add("Dockerfile", "LABEL ours=1\n")
    life.commit()
    done = make(life, "template-update", "ANSWERS=deploy=none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Dockerfile is no longer in the template. You had edited it: it is kept." in done.stdout
    assert (life.service / "Dockerfile").read_text().endswith("LABEL ours=1\n")
    assert not (life.service / "compose.yaml").exists()


@pytest.mark.slow
def test_a_workflow_that_was_deleted_stays_deleted(life: Life, newer: Newer) -> None:
    life.delete(".github/workflows/ci.yml")
    life.commit()
    moved(life, newer({"template/strata/__init__.py": ("", "# newer\n")}))
    done = make(life, "template-update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ci.yml came back with the update. You had deleted it" in done.stdout
    assert life.losses() == []


def test_a_template_that_is_gone_is_told_without_its_login(life: Life) -> None:
    answers = life.service / ".copier-answers.yml"
    text = answers.read_text()
    path = next(line for line in text.splitlines() if line.startswith("_src_path"))
    gone = "_src_path: git+https://me:secret@127.0.0.1:9/gone.git"
    answers.write_text(text.replace(path, gone))
    life.commit()
    for target in ("template-status", "template-update"):
        done = make(life, target)
        assert done.returncode == 2
        assert "failed" in done.stderr
        assert "secret" not in done.stdout + done.stderr
