"""`copier update` from every release: nothing conflicts, nothing of the team's is lost."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import copier
import pytest
import yaml
from allpairspy import AllPairs  # type: ignore[import-untyped]

from tests.releases import released
from tests.template.ownership import files, owner_of
from tests.template.updates import QUIET, SUCCESSOR, born, follow_changelog, git, lived, update

Answers = dict[str, str | bool]
ANSWERS: dict[str, list[str | bool]] = {
    "database": ["postgresql", "sqlite", "mysql"],
    "package_manager": ["uv", "poetry", "pip"],
    "deploy": ["compose", "none"],
    "python_version": ["3.11", "3.13"],
    "revision_names": ["hash", "dated"],
}
COMBINATIONS = [dict(zip(ANSWERS, values, strict=True)) for values in AllPairs(ANSWERS.values())]
# The working tree, which is updated to a successor; a release is updated to the working tree.
WORKING_TREE = "v9999"


def _births(releases: list[str]) -> Iterator[tuple[str, Answers]]:
    """Versions and answers to update from.

    The working tree and the last release have all combinations of answers. The older releases share
    them.
    """
    *older, last = [*releases, WORKING_TREE][:-1] or [WORKING_TREE]
    for version in {WORKING_TREE: None, last: None}:
        yield version, {}
        yield from ((version, answers) for answers in COMBINATIONS)
    yield from ((version, {}) for version in older)
    yield from zip(itertools.cycle(older), COMBINATIONS, strict=False)


def _named(value: str | Answers) -> str:
    return value if isinstance(value, str) else "-".join(map(str, value.values())) or "default"


from_every_version = pytest.mark.parametrize(
    ("version", "answers"),
    [
        pytest.param(version, answers, marks=[pytest.mark.slow] if answers else [])
        for version, answers in _births([release.tag for release in released()])
    ],
    ids=_named,
)


@pytest.fixture
def target(version: str, template: Path, successor: Path) -> Path:
    """The template whose last release is the one after this version."""
    return successor if version == WORKING_TREE else template


@from_every_version
def test_an_untouched_service_becomes_what_a_fresh_one_is(
    version: str, answers: Answers, target: Path, tmp_path: Path
) -> None:
    life = born(target, tmp_path / "old", version, **answers)
    before = files(life.service)
    update(life.service)
    given = yaml.safe_load((life.service / ".copier-answers.yml").read_text())
    data = {name: value for name, value in given.items() if not name.startswith("_")}
    fresh = tmp_path / "fresh"
    copier.run_copy(str(target), fresh, data=data, defaults=True, quiet=True)
    renewed = {name for name in before | files(life.service) | files(fresh) if _is_renewed(name)}
    for name in sorted(renewed):
        assert (life.service / name).exists() is (fresh / name).exists(), name
        assert (life.service / name).read_bytes() == (fresh / name).read_bytes(), name
    assert life.losses() == []
    assert {name for name in files(life.service) if not _is_renewed(name)} == {
        name for name in before if not _is_renewed(name)
    }


def _is_renewed(name: str) -> bool:
    return owner_of(name) != "yours"


def test_a_successor_changes_all_that_is_not_the_teams(successor: Path, tmp_path: Path) -> None:
    life = born(successor, tmp_path / "service", WORKING_TREE)
    update(life.service)
    changed = set(git(life.service, "diff", "--name-only", "HEAD").split())
    rendered = {name.removeprefix("template/").removesuffix(".jinja") for name in SUCCESSOR}
    written = {name for name in rendered if (life.service / name).exists() and _is_renewed(name)}
    assert changed == written | {".copier-answers.yml", "docs/template-changes.md"}
    assert git(life.service, "ls-files", "--others", "--exclude-standard") == ""


def test_a_successor_that_changes_only_the_library_is_one_line(
    template: Path, tmp_path: Path, newer: Callable[..., Path]
) -> None:
    moved = newer({"stratakit/__init__.py": ("", "# newer\n")})
    life = born(moved, tmp_path / "service", WORKING_TREE, stratakit="git")
    update(life.service)
    assert git(life.service, "status", "--porcelain").split("\n") == [
        " M .copier-answers.yml",
        " M pyproject.toml",
        "",
    ]
    old, new = (git(moved, "rev-parse", version).strip() for version in (WORKING_TREE, "v10000"))
    assert _changed_lines(life.service, "pyproject.toml") == [
        f'-    "stratakit[postgresql] @ git+file://localhost{moved}@{old}",  # v9999',
        f'+    "stratakit[postgresql] @ git+file://localhost{moved}@{new}",  # v10000',
    ]
    assert _changed_lines(life.service, ".copier-answers.yml") == [
        "-_commit: v9999",
        "+_commit: v10000",
    ]


def _changed_lines(service: Path, name: str) -> list[str]:
    diff = git(service, "diff", "--unified=0", "HEAD", "--", name)
    return [
        line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]


@pytest.mark.slow
@from_every_version
def test_a_service_that_lived_loses_nothing_and_passes_its_tests(
    version: str,
    answers: Answers,
    target: Path,
    tmp_path: Path,
    run: Callable[..., str],
    require: Callable[[str], str],
) -> None:
    life = born(target, tmp_path / "service", version, **answers)
    lived(life, str(answers.get("package_manager", "uv")))
    update(life.service)
    assert life.conflicts() == []
    assert life.losses() == []
    if answers.get("database") == "mysql":
        require("mariadbd")
    follow_changelog(life, version)
    try:
        run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=life.service)
    finally:
        remove = [sys.executable, "-m", "stratakit", "server", "remove"]
        subprocess.run(remove, cwd=life.service, capture_output=True)


def test_an_edit_next_to_ours_conflicts_only_in_its_place(
    template: Path, tmp_path: Path, newer: Callable[..., Path]
) -> None:
    life = born(template, tmp_path / "service", "v9999")
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi[opentelemetry]>=0.165",\n')
    life.commit()
    moved = newer(
        {
            "template/pyproject.toml.jinja": (
                '"fastapi[opentelemetry]>=0.165"',
                '"fastapi[opentelemetry]>=1.0"',
            )
        }
    )
    life.follow(moved)
    update(life.service)
    assert life.conflicts() == ["pyproject.toml"]
    text = (life.service / "pyproject.toml").read_text()
    assert text.count("<<<<<<< before updating") == 1
    told = subprocess.run(
        ["./.migration-check.sh", "--conflicts"], cwd=life.service, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert "pyproject.toml has conflict markers" in told.stderr
    assert "then: git add 'pyproject.toml'\n" in told.stderr


def test_a_rejected_hunk_is_found_though_git_ignores_it(
    template: Path, tmp_path: Path, newer: Callable[..., Path]
) -> None:
    life = born(template, tmp_path / "service", "v9999")
    life.add("pyproject.toml", '    "theirs>=1",\n', after='    "fastapi[opentelemetry]>=0.165",\n')
    life.add(".gitignore", "*.rej\n")
    life.commit()
    moved = newer(
        {
            "template/pyproject.toml.jinja": (
                '"fastapi[opentelemetry]>=0.165"',
                '"fastapi[opentelemetry]>=1.0"',
            )
        }
    )
    life.follow(moved)
    copier.run_update(str(life.service), defaults=True, overwrite=True, quiet=True, conflict="rej")
    told = subprocess.run(
        ["./.migration-check.sh", "--conflicts"], cwd=life.service, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert told.stderr.startswith("pyproject.toml.rej ")
    assert "then: rm 'pyproject.toml.rej'\n" in told.stderr


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
