"""Releases of the template and of stratakit.

release.py check VERSION     can it be released? `make release` asks before it runs the tests
release.py record VERSION    release it: one commit for the changelog, one for releases.toml
release.py tag               create the tags of releases.toml that are missing, and print them
release.py check             compare the recorded releases with tags, changelogs and packages
release.py last              print the tag of the last recorded release
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.version import InvalidVersion, Version

REPOSITORY = Path(__file__).resolve().parent.parent
CHANGELOG = REPOSITORY / "CHANGELOG.md"
RECORD = REPOSITORY / "releases.toml"
UNRELEASED = "## Unreleased\n"
TOLD = "### What an update changes in your service\n"


def main() -> int:
    """Run one step; exit status 1 if the release must not be made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("check", "record", "tag", "last"))
    parser.add_argument("version", nargs="?")
    arguments = parser.parse_args()
    if arguments.step == "tag":
        return _tag()
    if arguments.step == "last":
        print(f"v{_released()[-1]['version']}" if _released() else "")
        return 0
    if arguments.step == "check" and arguments.version is None:
        faults = [fault for entry in _released() for fault in _disagreements(**entry)]
    else:
        faults = _obstacles(arguments.version or "")
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    if arguments.step == "record":
        _record(arguments.version)
    return 0


def _obstacles(version: str) -> list[str]:
    """List why a version cannot be released; empty if it can."""
    faults = []
    versions = [entry["version"] for entry in _released()]
    try:
        if str(Version(version)) != version:
            faults.append(f"{version} is written {Version(version)} by PEP 440.")
        elif versions and Version(version) <= Version(versions[-1]):
            faults.append(f"{version} is not newer than {versions[-1]}, the last release.")
    except InvalidVersion:
        return [f"{version!r} is no version: make release VERSION=1.2.0"]
    if _git("status", "--porcelain"):
        faults.append("There is work that is not committed: git status")
    if not _tells_changes(CHANGELOG.read_text(), UNRELEASED):
        faults.append(f'CHANGELOG.md needs "{UNRELEASED.strip()}" with "{TOLD.strip()}" in it.')
    packaged = _packaged_version((REPOSITORY / "pyproject.toml").read_text())
    if packaged != version:
        faults.append(f'pyproject.toml has version = "{packaged}": change it to "{version}".')
    return faults


def _disagreements(version: str, commit: str) -> list[str]:
    """List what contradicts a release in releases.toml; empty if all agree."""
    faults = []
    tag = f"v{version}"
    # An annotated tag is an object of its own, and names the commit.
    tagged = _git("for-each-ref", "--format=%(objectname) %(*objectname)", f"refs/tags/{tag}")
    if commit not in tagged.split():
        faults.append(
            f"releases.toml: {version} is {commit}, and the tag is {tagged or 'missing'}."
        )
    if not _tells_changes(_git("show", f"{commit}:CHANGELOG.md") + "\n", f"## {version}\n"):
        faults.append(f'CHANGELOG.md of {tag} needs "## {version}" with "{TOLD.strip()}" in it.')
    packaged = _packaged_version(_git("show", f"{commit}:pyproject.toml"))
    if packaged != version:
        faults.append(f'pyproject.toml of {tag} has version = "{packaged}".')
    return faults


def _tells_changes(changelog: str, heading: str) -> bool:
    """Return whether the section with this heading says what an update changes."""
    section = f"\n{changelog}".partition(f"\n{heading}")[2].partition("\n## ")[0]
    return bool(section.partition(TOLD)[2].strip())


def _packaged_version(pyproject: str) -> str:
    version: str = tomllib.loads(pyproject)["project"]["version"]
    return version


def _record(version: str) -> None:
    CHANGELOG.write_text(CHANGELOG.read_text().replace(UNRELEASED, f"## {version}\n", 1))
    _git("commit", "--quiet", "--message", f"Release {version}", "--", str(CHANGELOG))
    commit = _git("rev-parse", "HEAD")
    with RECORD.open("a") as file:
        file.write(f'\n[[release]]\nversion = "{version}"\ncommit = "{commit}"\n')
    _git("commit", "--quiet", "--message", f"Record release {version}", "--", str(RECORD))
    print(f"Released {version} as {commit}. The workflow tags it once this is pushed.")


def _tag() -> int:
    """Create the tags that are missing, and print their names."""
    existing = _git("tag").split()
    for entry in _released():
        name = f"v{entry['version']}"
        if name not in existing:
            _git("tag", name, entry["commit"])
            print(name)
    return 0


def _released() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = tomllib.loads(RECORD.read_text()).get("release", [])
    assert all(re.fullmatch(r"[0-9a-f]{40}", entry["commit"]) for entry in entries)
    return entries


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
