"""The record of releases, the changelog and the history agree."""

import re
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from tests.releases import REPOSITORY, Release, UnreachableError, released, tag

CHANGELOG = (REPOSITORY / "CHANGELOG.md").read_text()


def test_a_commit_that_is_not_in_the_history_fails_and_is_named(template: Path) -> None:
    with pytest.raises(UnreachableError, match=r"0{40}, which is not in the history"):
        tag(template, [Release("0.0.1", "0" * 40)])


def test_versions_follow_pep_440_and_grow() -> None:
    versions = [release.version for release in released()]
    assert versions == [str(Version(version)) for version in versions]
    assert versions == sorted(versions, key=Version)


def test_each_release_tells_what_an_update_changes() -> None:
    sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    told = {section.partition("\n")[0]: section for section in sections}
    for release in released():
        assert "### What an update changes in your service" in told[release.version]


@pytest.mark.parametrize("release", released(), ids=lambda release: release.version)
def test_a_release_is_in_the_changelog_of_its_own_commit(release: Release) -> None:
    shown = subprocess.run(
        ["git", "show", f"{release.commit}:CHANGELOG.md"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"\n## {release.version}\n" in shown.stdout


def test_the_changelog_can_be_rendered() -> None:
    assert not re.search(r"{[{%#]", CHANGELOG), "docs/template-changes.md includes it as Jinja"
