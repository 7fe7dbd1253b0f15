"""What an update of the template left to be settled: `python -m strata.conflicts`.

Copier's update ends with status 0 where it conflicts. It needs no more than git and Python's own
library, since what is in conflict may be the list of what to install.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from stratakit.diagnostics import formatters
from stratakit.diagnostics.finding import Finding

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = b"<<<<<<< ", b">>>>>>> "
WHY = "A service with half of an update is neither the old nor the new one."


def found(root: Path = ROOT) -> list[Finding]:
    """Find conflict markers and rejected hunks in the files that git tracks or would.

    Args:
        root: the service's folder; outside of a git repository nothing can be found.
    """
    return [*_rejected(root), *_marked(root)]


def main() -> int:
    """Print what is to be settled; exit status 1 where there is something."""
    findings = found()
    if findings:
        print(formatters.text(findings), file=sys.stderr)
    return 1 if findings else 0


def _rejected(root: Path) -> Iterator[Finding]:
    # Ignored ones, too: many ignore *.rej.
    for options in (["--cached"], ["--others"]):
        for name in _git(root, "ls-files", "-z", *options, "--", "*.rej", ":!.venv").split(b"\0"):
            rejected = name.decode()
            if name and (root / rejected).exists():
                yield Finding(
                    "update-conflict",
                    f"{rejected} holds what an update could not change in "
                    f"{rejected.removesuffix('.rej')}.",
                    WHY,
                    f"Make that change by hand, then: rm '{rejected}'",
                    rejected,
                )


def _marked(root: Path) -> Iterator[Finding]:
    command = ["grep", "--untracked", "-lzI", "-e", f"^{BEGIN.decode()}"]
    for name in filter(None, _git(root, *command).split(b"\0")):
        path = root / name.decode()
        lines = path.read_bytes().splitlines() if path.is_file() else []
        begins = [number for number, line in enumerate(lines, 1) if line.startswith(BEGIN)]
        if begins and any(line.startswith(END) for line in lines[begins[0] :]):
            yield Finding(
                "update-conflict",
                f"{name.decode()} has conflict markers.",
                WHY,
                f"Keep what is right of both, then: git add '{name.decode()}'",
                name.decode(),
                begins[0],
            )


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True).stdout


if __name__ == "__main__":
    sys.exit(main())
