"""The releases of the template, as releases.toml records them."""

import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
RECORD = REPOSITORY / "releases.toml"


class UnreachableError(Exception):
    """A release whose commit is not in the history, so that no update from it can be tested."""


@dataclass(frozen=True)
class Release:
    """A version of the template.

    Args:
        version: by PEP 440.
        commit: what it is, in full.
    """

    version: str
    commit: str

    @property
    def tag(self) -> str:
        """What git and Copier know it by."""
        return f"v{self.version}"


def released(record: Path = RECORD) -> list[Release]:
    """Read the releases, oldest first; there is none before the first is recorded."""
    with record.open("rb") as file:
        return [Release(**entry) for entry in tomllib.load(file).get("release", [])]


def tag(repository: Path, releases: list[Release]) -> None:
    """Give a clone the tags of the releases.

    Raises:
        UnreachableError: its history does not hold one of them.
    """
    for release in releases:
        reached = ["git", "merge-base", "--is-ancestor", release.commit, "HEAD"]
        if subprocess.run(reached, cwd=repository, capture_output=True).returncode:
            raise UnreachableError(
                f"releases.toml: {release.version} is commit {release.commit}, which is not in the "
                "history of HEAD. A shallow clone needs: git fetch --unshallow"
            )
        subprocess.run(
            ["git", "tag", "--force", release.tag, release.commit],
            cwd=repository,
            check=True,
            capture_output=True,
        )
