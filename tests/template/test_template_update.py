"""`make template-update` and `make template-status`, as a team runs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.service import Service
from tests.template.updates import SUCCESSOR, Life, born, git

Newer = Callable[..., Path]
UV = Path(sys.prefix) / "bin" / "uv"


@pytest.fixture
def installations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A uv that installs nothing, because the environment is everyone's; its calls, a line each."""
    calls = tmp_path / "calls"
    calls.touch()
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\necho "$@" >>"{calls}"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}:{os.environ['PATH']}")
    return calls


@pytest.fixture
def life(template: Path, tmp_path: Path, installations: Path) -> Life:
    """A service on SQLite, with the test environment as its own, Copier included."""
    life = born(template, tmp_path / "service", "v9999", database="sqlite")
    Service(life.service, "sqlite")
    copier = life.service / ".venv" / "copier" / "bin" / "copier"
    copier.parent.mkdir(parents=True)
    copier.symlink_to(Path(sys.prefix) / "bin" / "copier")
    return life


def make(life: Life, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the service's folder."""
    return subprocess.run(
        ["make", *arguments],
        cwd=life.service,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_status_shows_a_newer_release(life: Life, newer: Newer) -> None:
    told = make(life, "template-status")
    assert told.returncode == 0, told.stderr
    assert "9999" in told.stdout
    assert "make template-update" not in told.stdout
    life.follow(newer({}))
    told = make(life, "template-status")
    assert "There is 10000. Update: make template-update" in told.stdout


@pytest.mark.slow
def test_an_update_is_described_installed_checked_and_tested(
    life: Life, newer: Newer, installations: Path
) -> None:
    life.follow(newer(SUCCESSOR))
    done = make(life, "template-update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sync" in installations.read_text().splitlines()[-1]
    assert "## 10000\n\nRound wheels." in done.stdout
    assert "### What " not in done.stdout, "it was told before"
    assert "002  items" in done.stdout
    assert " passed" in done.stdout
    assert "# newer" in (life.service / "scripts/migrate.py").read_text()
    assert life.losses() == []


@pytest.mark.slow
def test_a_release_of_the_library_alone_is_one_line_and_the_lock(
    newer: Newer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{UV.parent}:{os.environ['PATH']}")
    moved = newer({"stratakit/__init__.py": ("", "# newer\n")})
    life = born(moved, tmp_path / "service", "v9999", database="sqlite")
    assert make(life, "install-dev").returncode == 0
    life.commit()
    (library,) = life.service.glob(".venv/lib/*/site-packages/stratakit/__init__.py")
    assert "# newer" not in library.read_text()
    done = make(life, "template-update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# newer" in library.read_text()
    changed = git(life.service, "diff", "--numstat", "HEAD").splitlines()
    *others, lock = [line.split("\t") for line in changed]
    assert others == [["1", "1", ".copier-answers.yml"], ["1", "1", "pyproject.toml"]]
    assert lock[2] == "uv.lock"
    assert git(life.service, "status", "--porcelain").count("\n") == 3


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
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi[opentelemetry]>=0.165",\n')
    changes = {
        "template/pyproject.toml.jinja": (
            '"fastapi[opentelemetry]>=0.165"',
            '"fastapi[opentelemetry]>=0.164"',
        )
    }
    life.follow(newer(changes))
    done = make(life, "template-update")
    assert done.returncode == 2
    assert "pyproject.toml:" in done.stderr
    assert "Then: make install-dev check test" in done.stderr
    # The same stops `make check`, before anything is installed.
    checked = make(life, "check")
    assert checked.returncode == 2
    assert "has conflict markers" in checked.stderr


def test_an_update_that_fails_half_way_names_the_way_back(life: Life, newer: Newer) -> None:
    # Copier refuses to write through a link that leads out of the project.
    outside = life.service.parent / "documents"
    (life.service / "docs").rename(outside)
    (life.service / "docs").symlink_to(outside)
    life.follow(newer(SUCCESSOR))
    done = make(life, "template-update")
    assert done.returncode == 2
    assert "docs" in done.stderr
    assert "Traceback" not in done.stderr
    assert git(life.service, "status", "--porcelain")
    assert "git stash --include-untracked" in done.stderr
    git(life.service, "stash", "--include-untracked")
    assert git(life.service, "status", "--porcelain") == ""
    assert life.losses() == []


@pytest.mark.slow
def test_an_option_that_is_switched_off_leaves_what_was_edited(life: Life) -> None:
    life.add("Dockerfile", "LABEL ours=1\n")
    life.commit()
    done = make(life, "template-update", "ANSWERS=deploy=none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Dockerfile" in done.stdout
    assert (life.service / "Dockerfile").read_text().endswith("LABEL ours=1\n")
    assert not (life.service / "compose.yaml").exists()


@pytest.mark.slow
def test_a_workflow_that_was_deleted_stays_deleted(
    life: Life, newer: Newer, tmp_path: Path
) -> None:
    life.delete(".github/workflows/ci.yml")
    life.commit()
    # YAML folds a text that is as long as that, with spaces, over two lines.
    moved = tmp_path / " ".join(["folder"] * 6) / " ".join(["template"] * 3)
    moved.parent.mkdir()
    newer({"template/scripts/migrate.py": ("", "# newer\n")}).rename(moved)
    life.follow(moved)
    answers = yaml.safe_load((life.service / ".copier-answers.yml").read_text())
    life.write(".copier-answers.yml", yaml.safe_dump(answers))
    pyproject = (life.service / "pyproject.toml").read_text()
    life.write("pyproject.toml", pyproject.replace(str(moved), str(moved).replace(" ", "%20")))
    life.commit()
    done = make(life, "template-update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ci.yml came back" in done.stdout
    assert life.losses() == []


def test_a_missing_template_is_reported_without_its_login(life: Life) -> None:
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
