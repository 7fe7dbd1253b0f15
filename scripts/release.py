"""Releases of the template: `release.py check|record VERSION`, `release.py tag`.

`make release VERSION=…` runs the tests between the first two. A release is two commits: the one
that releases.toml names, and the one that writes it there.
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
    """Run one step; exit status 1 where the release may not be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("check", "record", "tag"))
    parser.add_argument("version", nargs="?", default="")
    arguments = parser.parse_args()
    if arguments.step == "tag":
        return _tag()
    if faults := _faults(arguments.version):
        print("\n".join(faults), file=sys.stderr)
        return 1
    if arguments.step == "record":
        _record(arguments.version)
    return 0


def _faults(version: str) -> list[str]:
    """Why this version cannot be released; empty where it can."""
    faults = []
    versions = [entry["version"] for entry in _released()]
    try:
        if str(Version(version)) != version:
            faults.append(f"{version} is written {Version(version)} by PEP 440.")
        elif versions and Version(version) <= Version(versions[-1]):
            faults.append(f"{version} is not newer than {versions[-1]}, the last release.")
    except InvalidVersion:
        faults.append(f"{version!r} is no version: make release VERSION=1.2.0")
    if _git("status", "--porcelain"):
        faults.append("There is work that is not committed: git status")
    changes = CHANGELOG.read_text().partition(UNRELEASED)[2].partition("\n## ")[0]
    if TOLD not in changes or not changes.partition(TOLD)[2].strip():
        faults.append(f'CHANGELOG.md needs "{UNRELEASED.strip()}" with "{TOLD.strip()}" in it.')
    return faults


def _record(version: str) -> None:
    CHANGELOG.write_text(CHANGELOG.read_text().replace(UNRELEASED, f"## {version}\n", 1))
    _git("commit", "--quiet", "--message", f"Release {version}", "--", str(CHANGELOG))
    commit = _git("rev-parse", "HEAD")
    with RECORD.open("a") as file:
        file.write(f'\n[[release]]\nversion = "{version}"\ncommit = "{commit}"\n')
    _git("commit", "--quiet", "--message", f"Record release {version}", "--", str(RECORD))
    print(f"Released {version} as {commit}. The workflow tags it once this is pushed.")


def _tag() -> int:
    """Make the tags that are missing, and print their names."""
    existing = _git("tag").split()
    for entry in _released():
        name = f"v{entry['version']}"
        if name not in existing:
            _git("tag", name, entry["commit"])
            print(name)
    return 0


def _released() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = tomllib.loads(RECORD.read_text())["release"]
    assert all(re.fullmatch(r"[0-9a-f]{40}", entry["commit"]) for entry in entries)
    return entries


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
