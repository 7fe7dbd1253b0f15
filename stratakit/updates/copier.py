"""Updates from the template: `stratakit template status|update`.

What `copier update` leaves to its caller is done here: a tree to come back to, what it deletes and
brings back against the team, conflicts, dependencies, checks, and what changed in words.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from stratakit.diagnostics import formatters
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.updates import conflicts

ROOT = Path(__file__).resolve().parent.parent
COPIER = ROOT / ".venv" / "copier" / "bin" / "copier"
ANSWERS = ".copier-answers.yml"
CHANGES = "docs/template-changes.md"
AFTERWARDS = ("install-dev", "check", "test")


def main(argv: Sequence[str] | None = None) -> int:
    """Tell whether the template has a newer release, or update from it.

    Args:
        argv: the arguments; by default those of this process.

    Returns:
        The exit status: 1 where the update conflicts or the updated service fails its tests.
    """
    parser = argparse.ArgumentParser(
        prog=f"{MIGRATE} template",
        description="Updates of this service from its template.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    commands.add_parser("status", help="tell whether the template has a newer release")
    update = commands.add_parser("update", help="update, and tell what changed")
    update.add_argument("--to", metavar="VERSION", default="", help="by default the last release")
    update.add_argument("answers", nargs="*", metavar="QUESTION=ANSWER", help="answers to change")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "status":
            return _status()
        return _update(arguments.to, arguments.answers)
    except StrataError as problem:
        print(problem, file=sys.stderr)
        return problem.status


def _status() -> int:
    found = json.loads(_copier("check-update", "--output-format", "json"))
    print(f"This service is at {found['current_version']} of its template.")
    if found["update_available"]:
        print(f"There is {found['latest_version']}. Update: make template-update")
    else:
        print("That is its last release.")
    return 0


def _update(version: str, answers: Sequence[str]) -> int:
    _refuse_uncommitted()
    data = [part for answer in answers for part in ("--data", answer)]
    # Without a version, Copier takes the last release.
    target = ["--vcs-ref", version] if version else []
    told = _copier("update", "--defaults", "--quiet", *target, *data)
    if told.strip():
        print(told.strip())
    for line in _set_right():
        print(line)
    print(_changes() or "The template changed nothing that its changelog tells.")
    if found := conflicts.found():
        raise StrataError(
            f"The update conflicts:\n{formatters.text(found)}",
            remedy="Then: make " + " ".join(AFTERWARDS),
        )
    for step in AFTERWARDS:
        if subprocess.run(["make", "--no-print-directory", step], cwd=ROOT).returncode:
            raise StrataError(
                f"The service is updated, and its make {step} fails.",
                remedy="Mend it, or go back to before the update: git stash --include-untracked",
            )
    print("The service is updated. Read it with git diff HEAD, then: git add --all && git commit")
    return 0


def _refuse_uncommitted() -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True).returncode:
        raise StrataError(
            f"{ROOT} is in no git repository with a commit.",
            why="An update merges what changed since the last one, and git knows what you changed.",
            remedy="Run: git init && git add --all && git commit --message 'Begin'",
        )
    if changed := _git("status", "--porcelain"):
        raise StrataError(
            f"There is work that is not committed:\n{changed}",
            why="An update could not be told from it, and not be undone without it.",
            remedy="Commit it, or put it aside: git stash --include-untracked",
        )


def _set_right() -> Iterator[str]:
    """Keep what you edited of what left the template, and what you deleted deleted.

    Copier deletes a file that the template no longer has, edits and all, and brings back one that
    is only kept as long as it exists.

    Returns:
        What was set right, a line each.
    """
    gone = _git("ls-files", "--deleted").splitlines()
    come = _git("ls-files", "--others", "--exclude-standard").splitlines()
    if not gone and not come:
        return
    with tempfile.TemporaryDirectory(prefix="template-") as folder:
        before = Path(folder, "service")
        _render_as_before(before, Path(folder))
        for name in gone:
            rendered = before / name
            if not rendered.exists() or rendered.read_bytes() != _committed(name):
                _git("checkout", "HEAD", "--", name)
                yield f"{name} is no longer in the template. You had edited it: it is kept."
        for name in come:
            if (before / name).exists():
                (ROOT / name).unlink()
                yield f"{name} came back with the update. You had deleted it: it stays deleted."


def _render_as_before(service: Path, folder: Path) -> None:
    answers = folder / "answers.yml"
    answers.write_bytes(_committed(ANSWERS))
    source, commit = (_answer(key, answers.read_text()) for key in ("_src_path", "_commit"))
    chosen = ("--defaults", "--data-file", str(answers), "--vcs-ref", commit)
    _copier("copy", "--quiet", *chosen, source, str(service))


def _answer(key: str, answers: str) -> str:
    found = re.search(rf"^{key}: (.+)$", answers, re.MULTILINE)
    if found is None:
        raise StrataError(
            f"{ANSWERS} does not tell {key}.",
            why="It is Copier's own record of where this service is from.",
            remedy=f"Bring it back: git log --patch -- {ANSWERS}",
        )
    return found[1].strip("'\"")


def _changes() -> str:
    """What the changelog tells of the releases between the last update and this one."""
    known = set(_sections(_committed(CHANGES).decode()))
    told = _sections((ROOT / CHANGES).read_text(encoding="utf-8"))
    return "\n\n".join(text for title, text in told.items() if title not in known)


def _sections(changelog: str) -> dict[str, str]:
    parts = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.strip() for part in parts}


def _committed(name: str) -> bytes:
    """A file as it was before the update; nothing where it was not there."""
    shown = subprocess.run(["git", "show", f"HEAD:./{name}"], cwd=ROOT, capture_output=True)
    return shown.stdout


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def _copier(*arguments: str) -> str:
    """Run Copier and give what it printed, but for what an address holds of a login.

    Raises:
        StrataError: it failed.
    """
    if not COPIER.exists():
        raise StrataError("Copier is not installed here.", remedy="Run: make template-status")
    done = subprocess.run([COPIER, *arguments], cwd=ROOT, capture_output=True, text=True)
    told, errors = (re.sub(r"://[^/@\s]+@", "://***@", text) for text in (done.stdout, done.stderr))
    if done.returncode:
        lines = (errors or told).strip().splitlines() or [f"exit status {done.returncode}"]
        raise StrataError(
            f"copier {arguments[0]} failed: {lines[-1]}",
            remedy=f"To see all that it says: {COPIER} {arguments[0]}",
        )
    return told if arguments[0] == "check-update" else told + errors


if __name__ == "__main__":
    sys.exit(main())
