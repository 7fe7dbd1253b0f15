"""Conflicts of an update of the template, after which Copier ends with status 0 all the same."""

import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from stratakit.diagnostics.finding import Finding
from stratakit.process.git import git

BEGIN, END = b"<<<<<<< ", b">>>>>>> "
DETAIL = "Some files are of the old version, and some of the new one."


def find_conflicts(root: Path) -> list[Finding]:
    """Find conflict markers and rejected hunks in tracked and untracked files.

    Args:
        root: the service's folder; outside of a git repository, nothing is found.
    """
    return [*_find_rejects(root), *_find_markers(root)]


def _find_rejects(root: Path) -> Iterator[Finding]:
    # Ignored files, too: many projects ignore *.rej.
    for options in (["--cached"], ["--others"]):
        for name in git(root, "ls-files", "-z", *options, "--", "*.rej", ":!.venv").split(b"\0"):
            rejected = os.fsdecode(name)
            if name and (root / rejected).exists():
                yield Finding(
                    "update-conflict",
                    f"{rejected} contains changes that an update could not apply to "
                    f"{rejected.removesuffix('.rej')}.",
                    DETAIL,
                    f"Apply them manually, then: rm {quote(rejected)}",
                    rejected,
                )


def _find_markers(root: Path) -> Iterator[Finding]:
    command = ["grep", "--untracked", "-lzI", "-e", f"^{BEGIN.decode()}"]
    for name in filter(None, os.fsdecode(git(root, *command)).split("\0")):
        path = root / name
        lines = path.read_bytes().splitlines() if path.is_file() else []
        begins = [number for number, line in enumerate(lines, 1) if line.startswith(BEGIN)]
        if begins and any(line.startswith(END) for line in lines[begins[0] :]):
            yield Finding(
                "update-conflict",
                f"{name} has conflict markers.",
                DETAIL,
                f"Keep the right lines of both, then: git add {quote(name)}",
                name,
                begins[0],
            )
