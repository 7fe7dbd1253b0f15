"""Updates from the template: `stratakit template status|update`.

What `copier update` leaves to its caller is done here: a tree to come back to, what it deletes and
brings back against the team, conflicts, dependencies, checks, and what changed in words.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import StrataError
from stratakit.process.git import git
from stratakit.updates import conflicts

COPIER = Path(".venv", "copier", "bin", "copier")
ANSWERS = ".copier-answers.yml"
CHANGES = "docs/template-changes.md"
AFTERWARDS = ("install-dev", "check", "test")


def status(root: Path) -> int:
    """Print whether the template has a newer release than the one that a service is from."""
    found = json.loads(_copier(root, "check-update", "--output-format", "json"))
    print(f"This service is at {found['current_version']} of its template.")
    if found["update_available"]:
        print(f"There is {found['latest_version']}. Update: make template-update")
    else:
        print("That is its last release.")
    return 0


def update(root: Path, version: str, answers: Sequence[str]) -> int:
    """Update a service, and print what changed.

    Args:
        root: the service's folder.
        version: of the template; empty for the last release.
        answers: the answers to change, each as `question=answer`.

    Raises:
        StrataError: there is work that is not committed, the update conflicts, or the updated
            service fails its tests.
    """
    _refuse_uncommitted(root)
    data = [part for answer in answers for part in ("--data", answer)]
    # Without a version, Copier takes the last release.
    tag = f"v{version}" if version[:1].isdigit() else version
    target = ["--vcs-ref", tag] if tag else []
    told = _copier(root, "update", "--defaults", "--quiet", *target, *data)
    if told.strip():
        print(told.strip())
    for line in _set_right(root):
        print(line)
    print(_changes(root) or "The template changed nothing that its changelog tells.")
    if found := conflicts.find_conflicts(root):
        raise StrataError(
            f"The update conflicts:\n{formatters.as_text(found)}",
            hint="Then: make " + " ".join(AFTERWARDS),
        )
    for step in AFTERWARDS:
        if subprocess.run(["make", "--no-print-directory", step], cwd=root).returncode:
            raise StrataError(
                f"The service is updated, and its make {step} fails.",
                hint="Mend it, or go back to before the update: git stash --include-untracked",
            )
    print("The service is updated. Read it with git diff HEAD, then: git add --all && git commit")
    return 0


def _refuse_uncommitted(root: Path) -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True).returncode:
        raise StrataError(
            f"{root} is in no git repository with a commit.",
            detail="An update merges what changed since the last one; git knows what you changed.",
            hint="Run: git init && git add --all && git commit --message 'Begin'",
        )
    if changed := _git(root, "status", "--porcelain"):
        raise StrataError(
            f"There is work that is not committed:\n{changed}",
            detail="An update could not be told from it, and not be undone without it.",
            hint="Commit it, or put it aside: git stash --include-untracked",
        )


def _set_right(root: Path) -> Iterator[str]:
    """Keep what you edited of what left the template, and what you deleted deleted.

    Copier deletes a file that the template no longer has, edits and all, and brings back one that
    is only kept as long as it exists.

    Returns:
        What was set right, a line each.
    """
    gone = _git(root, "ls-files", "--deleted").splitlines()
    come = _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    if not gone and not come:
        return
    with tempfile.TemporaryDirectory(prefix="template-") as folder:
        before = Path(folder, "service")
        _render_as_before(root, before, Path(folder))
        for name in gone:
            rendered = before / name
            if not rendered.exists() or rendered.read_bytes() != _committed(root, name):
                _git(root, "checkout", "HEAD", "--", name)
                yield f"{name} is no longer in the template. You had edited it: it is kept."
        for name in come:
            if (before / name).exists():
                (root / name).unlink()
                yield f"{name} came back with the update. You had deleted it: it stays deleted."


def _render_as_before(root: Path, service: Path, folder: Path) -> None:
    answers = folder / "answers.yml"
    answers.write_bytes(_committed(root, ANSWERS))
    source, commit = (_answer(key, answers.read_text()) for key in ("_src_path", "_commit"))
    chosen = ("--defaults", "--data-file", str(answers), "--vcs-ref", commit)
    _copier(root, "copy", "--quiet", *chosen, source, str(service))


def _answer(key: str, answers: str) -> str:
    found = re.search(rf"^{key}: (.+)$", answers, re.MULTILINE)
    if found is None:
        raise StrataError(
            f"{ANSWERS} does not tell {key}.",
            detail="It is Copier's own record of where this service is from.",
            hint=f"Bring it back: git log --patch -- {ANSWERS}",
        )
    return found[1].strip("'\"")


def _changes(root: Path) -> str:
    """What the changelog tells of the releases between the last update and this one."""
    known = set(_sections(_committed(root, CHANGES).decode()))
    told = _sections((root / CHANGES).read_text(encoding="utf-8"))
    return "\n\n".join(text for title, text in told.items() if title not in known)


def _sections(changelog: str) -> dict[str, str]:
    parts = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.strip() for part in parts}


def _committed(root: Path, name: str) -> bytes:
    """A file as it was before the update; nothing where it was not there."""
    shown = subprocess.run(["git", "show", f"HEAD:./{name}"], cwd=root, capture_output=True)
    return shown.stdout


def _git(root: Path, *arguments: str) -> str:
    return git(root, "-c", "core.quotePath=false", *arguments, check=True).decode().strip()


def _copier(root: Path, *arguments: str) -> str:
    """Run Copier and give what it printed, but for what an address holds of a login.

    Raises:
        StrataError: it failed.
    """
    if not (root / COPIER).exists():
        raise StrataError("Copier is not installed here.", hint="Run: make template-status")
    done = subprocess.run([root / COPIER, *arguments], cwd=root, capture_output=True, text=True)
    told, errors = (re.sub(r"://[^/@\s]+@", "://***@", text) for text in (done.stdout, done.stderr))
    if done.returncode:
        lines = (errors or told).strip().splitlines() or [f"exit status {done.returncode}"]
        raise StrataError(
            f"copier {arguments[0]} failed: {lines[-1]}",
            hint=f"To see all that it says: {COPIER} {arguments[0]}",
        )
    return told if arguments[0] == "check-update" else told + errors
