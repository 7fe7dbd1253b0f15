"""`copier update` from every release: nothing conflicts, nothing of the team's is lost."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import copier
import pytest
import yaml
from allpairspy import AllPairs  # type: ignore[import-untyped]

from tests.ownership import files, owner_of
from tests.releases import Release, released
from tests.updates import QUIET, Life, born, git, lived, update

ANSWERS: dict[str, list[str | bool]] = {
    "database": ["postgresql", "sqlite", "mysql"],
    "package_manager": ["uv", "poetry", "pip"],
    "deploy": ["compose", "none"],
    "python_version": ["3.11", "3.13"],
    "revision_names": ["hash", "dated"],
}
COMBINATIONS = [dict(zip(ANSWERS, values, strict=True)) for values in AllPairs(ANSWERS.values())]
*OLDER, NEWEST = released()
# Each release with the default answers, the newest with all others, and the older ones share them.
OTHERS = [
    *((NEWEST, answers) for answers in COMBINATIONS),
    *((release, {}) for release in OLDER),
    *zip(itertools.cycle(OLDER), COMBINATIONS, strict=False),
]
BIRTHS = [
    pytest.param(NEWEST, {}),
    *(pytest.param(*birth, marks=pytest.mark.slow) for birth in OTHERS),
]


def _named(value: object) -> str | None:
    if isinstance(value, Release):
        return value.version
    return "-".join(map(str, value.values())) or "default" if isinstance(value, dict) else None


from_every_release = pytest.mark.parametrize(("release", "answers"), BIRTHS, ids=_named)


@from_every_release
def test_an_untouched_service_becomes_what_a_fresh_one_is(
    release: Release, answers: dict[str, str | bool], template: Path, tmp_path: Path
) -> None:
    old = born(template, tmp_path / "old", release.tag, **answers).service
    revisions = {name for name in files(old) if name.startswith("migrations/versions/")}
    update(old)
    given = yaml.safe_load((old / ".copier-answers.yml").read_text())
    data = {name: value for name, value in given.items() if not name.startswith("_")}
    fresh = tmp_path / "fresh"
    copier.run_copy(str(template), fresh, data=data, defaults=True, quiet=True)
    renewed = {name for name in files(old) | files(fresh) if owner_of(name) != "yours"}
    for name in sorted(renewed):
        assert (old / name).exists() is (fresh / name).exists(), name
        assert (old / name).read_bytes() == (fresh / name).read_bytes(), name
    assert {name for name in files(old) if name.startswith("migrations/versions/")} == revisions


@pytest.mark.slow
@from_every_release
def test_a_service_that_lived_loses_nothing_and_passes_its_tests(
    release: Release,
    answers: dict[str, str | bool],
    template: Path,
    tmp_path: Path,
    run: Callable[..., str],
    require: Callable[[str], str],
) -> None:
    life = born(template, tmp_path / "service", release.tag, **answers)
    lived(life, str(answers.get("package_manager", "uv")))
    update(life.service)
    assert life.conflicts() == []
    assert life.losses() == []
    if answers.get("database") == "mysql":
        require("mariadbd")
    try:
        run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=life.service)
    finally:
        subprocess.run([sys.executable, "-m", "strata.server", "remove"], cwd=life.service)


def test_an_edit_beside_ours_conflicts_where_it_is_and_nowhere_else(
    template: Path, tmp_path: Path, newer: Callable[..., Path]
) -> None:
    life = born(template, tmp_path / "service", "v9999")
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi>=0.165",\n')
    life.commit()
    moved = newer({"template/pyproject.toml.jinja": ('"fastapi>=0.165"', '"fastapi>=1.0"')})
    _point_at(life, moved)
    update(life.service)
    assert life.conflicts() == ["pyproject.toml"]
    text = (life.service / "pyproject.toml").read_text()
    assert text.count("<<<<<<< before updating") == 1
    told = subprocess.run(
        [sys.executable, "-m", "strata.conflicts"],
        cwd=life.service,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "pyproject.toml has conflict markers" in told.stderr
    assert "git add 'pyproject.toml'" in told.stderr


def test_a_rejected_hunk_is_found_though_git_ignores_it(
    template: Path, tmp_path: Path, newer: Callable[..., Path]
) -> None:
    life = born(template, tmp_path / "service", "v9999")
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi>=0.165",\n')
    life.add(".gitignore", "*.rej\n")
    life.commit()
    moved = newer({"template/pyproject.toml.jinja": ('"fastapi>=0.165"', '"fastapi>=1.0"')})
    _point_at(life, moved)
    copier.run_update(str(life.service), defaults=True, overwrite=True, quiet=True, conflict="rej")
    told = subprocess.run(
        [sys.executable, "-m", "strata.conflicts"],
        cwd=life.service,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "pyproject.toml.rej holds what an update could not change" in told.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "off", "on"),
    [("deploy", "none", "kubernetes"), ("ci", "none", "github"), ("ci", "none", "gitlab")],
)
def test_an_option_is_switched_on_and_off_by_an_update(
    question: str, off: str, on: str, template: Path, tmp_path: Path
) -> None:
    life = born(template, tmp_path / "service", "v9999", **{question: off})
    without = files(life.service)
    update(life.service, **{question: on})
    life.commit()
    fresh = tmp_path / "fresh"
    copier.run_copy(str(template), fresh, data={question: on}, defaults=True, quiet=True)
    assert files(life.service) == files(fresh) > without
    for name in (name for name in files(fresh) if owner_of(name) != "yours"):
        assert (life.service / name).read_bytes() == (fresh / name).read_bytes(), name
    update(life.service, **{question: off})
    assert files(life.service) == without


def test_a_birth_question_changes_nothing_later(template: Path, tmp_path: Path) -> None:
    life = born(template, tmp_path / "service", "v9999")
    before = files(life.service)
    update(life.service, example=False)
    assert files(life.service) == before


def test_the_quiet_line_is_where_package_managers_append(template: Path, tmp_path: Path) -> None:
    life = born(template, tmp_path / "service", "v9999")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "add", "--frozen", "httpx"], cwd=life.service, check=True)
    text = (life.service / "pyproject.toml").read_text()
    assert f'{QUIET}    "httpx",\n' in text


def _point_at(life: Life, template: Path) -> None:
    answers = life.service / ".copier-answers.yml"
    given = yaml.safe_load(answers.read_text())
    answers.write_text(answers.read_text().replace(given["_src_path"], str(template)))
    git(life.service, "commit", "--all", "--quiet", "--message", "The template moved")
