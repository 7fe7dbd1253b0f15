"""The record of releases, the changelog, the package and the history agree."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.version import Version

from tests.releases import REPOSITORY, Release, UnreachableError, released, tag
from tests.template.updates import git

CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text()
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
(TOLD,) = set(re.findall(r"^### What .*\n", CHANGELOG, re.MULTILINE))
# Newer than every release, so that the working tree can always be released as it.
NEXT = "9999.1"
Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """The working tree in a repository of its own, ready to be released as NEXT."""
    folder = tmp_path / "repository"
    git(tmp_path, "clone", "--quiet", str(template), str(folder))
    git(folder, "config", "user.name", "Maintainer")
    git(folder, "config", "user.email", "maintainer@example.com")
    package = folder / "pyproject.toml"
    package.write_text(package.read_text().replace(f'version = "{VERSION}"', f'version = "{NEXT}"'))
    changelog = folder / "CHANGELOG.md"
    changelog.write_text(f"# Changelog\n\n## Unreleased\n\n{TOLD}\nRound wheels.\n")
    git(folder, "commit", "--quiet", "--all", "--message", "Prepare")
    return folder


@pytest.fixture
def release(repository: Path) -> Script:
    """Run scripts/release.py in that repository."""

    def release(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "scripts/release.py", *arguments]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True)

    return release


def test_a_commit_that_is_not_in_the_history_fails_and_is_named(template: Path) -> None:
    with pytest.raises(UnreachableError, match=r"0{40}"):
        tag(template, [Release("0.0.1", "0" * 40)])


def test_versions_follow_pep_440_and_grow() -> None:
    versions = [release.version for release in released()]
    assert versions == [str(Version(version)) for version in versions]
    assert versions == sorted(versions, key=Version)


def test_a_record_without_a_release_is_empty(tmp_path: Path) -> None:
    record = tmp_path / "releases.toml"
    record.write_text("# Nothing yet.\n")
    assert released(record) == []


def test_each_release_lists_the_changes_of_an_update() -> None:
    sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    told = {section.partition("\n")[0]: section for section in sections}
    assert set(told) - {"Unreleased"} == {release.version for release in released()}
    for section in told.values():
        assert TOLD in section


def test_the_changelog_can_be_rendered() -> None:
    assert not re.search(r"{[{%#]", CHANGELOG), "docs/template-changes.md includes it as Jinja"


def test_the_package_is_as_new_as_the_last_release() -> None:
    assert all(Version(release.version) <= Version(VERSION) for release in released())


def test_a_release_is_checked_recorded_tagged_and_checked_again(
    repository: Path, release: Script
) -> None:
    assert release("check").returncode == 0
    assert release("check", NEXT).returncode == 0
    done = release("record", NEXT)
    assert done.returncode == 0, done.stderr
    *_, recorded = released(repository / "releases.toml")
    assert (recorded.version, recorded.commit) == (
        NEXT,
        git(repository, "rev-parse", "HEAD~1").strip(),
    )
    assert release("last").stdout == f"v{NEXT}\n"
    assert f"v{NEXT}" in release("tag").stdout.split()
    assert release("tag").stdout == ""
    agreed = release("check")
    assert agreed.returncode == 0, agreed.stderr
    again = release("check", NEXT)
    assert again.returncode == 1
    assert again.stderr.count(NEXT) == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("pyproject.toml", NEXT, "0.1", f'version = "0.1": change it to "{NEXT}"'),
        ("CHANGELOG.md", "## Unreleased", "## Later", 'CHANGELOG.md needs "## Unreleased"'),
        ("CHANGELOG.md", "Round wheels.", "", 'CHANGELOG.md needs "## Unreleased"'),
        ("releases.toml", "# The", "\n# The", "not committed"),
    ],
)
def test_an_inconsistent_release_is_refused(
    name: str, old: str, new: str, told: str, repository: Path, release: Script
) -> None:
    text = (repository / name).read_text()
    assert old in text
    (repository / name).write_text(text.replace(old, new))
    if "committed" not in told:
        git(repository, "commit", "--quiet", "--all", "--message", "Break it")
    for step in ("check", "record"):
        refused = release(step, NEXT)
        assert refused.returncode == 1
        assert told in refused.stderr


@pytest.mark.parametrize(
    ("version", "told"),
    [("", "''"), ("next", "'next'"), (f"v{NEXT}", "by PEP 440")],
)
def test_a_version_that_no_tool_reads_is_refused(version: str, told: str, release: Script) -> None:
    refused = release("check", version)
    assert refused.returncode == 1
    assert told in refused.stderr


@pytest.mark.parametrize(
    ("commit", "told"),
    [
        ("HEAD~1", "the tag"),
        ("HEAD~2", 'CHANGELOG.md of v9999.1 needs "## 9999.1"'),
        ("v9999", f'pyproject.toml of v9999.1 has version = "{VERSION}"'),
    ],
)
def test_a_record_that_contradicts_the_history_is_found(
    commit: str, told: str, repository: Path, release: Script
) -> None:
    assert release("record", NEXT).returncode == 0
    git(repository, "tag", f"v{NEXT}", "HEAD" if commit == "HEAD~1" else commit)
    record = repository / "releases.toml"
    *_, recorded = released(record)
    named = git(repository, "rev-parse", commit).strip()
    record.write_text(record.read_text().replace(recorded.commit, named))
    refused = release("check")
    assert refused.returncode == 1
    assert told in refused.stderr


def test_the_workflows_follow_their_schema(run: Callable[..., str]) -> None:
    assert len(WORKFLOWS) == 2
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
    run(*check, "vendor.github-workflows", *WORKFLOWS, cwd=REPOSITORY)


def test_the_workflow_pushes_the_tag_of_a_release(
    repository: Path, release: Script, tmp_path: Path, run: Callable[..., str]
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(repository, "remote", "set-url", "origin", str(tmp_path / "origin"))
    git(repository, "tag", "--delete", *git(repository, "tag").split())
    assert release("record", NEXT).returncode == 0
    output = tmp_path / "output"
    for step in _jobs()["tag"]["steps"]:
        if "run" in step and "pip install" not in step["run"]:
            runner = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output)}
            path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
            run("bash", "-ec", step["run"], cwd=repository, env={"PATH": path, **runner})
    assert output.read_text() == f"tag=v{NEXT}\n"
    pushed = git(tmp_path / "origin", "rev-parse", f"v{NEXT}")
    assert pushed == git(repository, "rev-parse", "HEAD~1")


def test_a_release_is_published_only_if_a_maintainer_switched_it_on() -> None:
    jobs = _jobs()
    publishing = [name for name, job in jobs.items() if "pypa/gh-action" in str(job["steps"])]
    assert publishing == ["publish"]
    assert jobs["publish"]["if"] == "vars.PUBLISH_TO_PYPI == 'true'"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["needs"] == ["build", "image"]
    others = [job.get("permissions", {}) for name, job in jobs.items() if name != "publish"]
    assert not [granted for granted in others if "id-token" in granted]
    # Trusted publishing needs no password, and nothing here knows one.
    assert "secrets." not in (REPOSITORY / ".github" / "workflows" / "release.yml").read_text()


def test_docker_builds_the_image_of_each_package_manager_before_a_release_is_published() -> None:
    image = _jobs()["image"]
    assert set(image["strategy"]["matrix"]["package_manager"]) == {"uv", "poetry", "pip"}
    assert any(step.get("run") == "docker build service" for step in image["steps"])


def _jobs() -> dict[str, Any]:
    text = (REPOSITORY / ".github" / "workflows" / "release.yml").read_text()
    jobs: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return jobs
