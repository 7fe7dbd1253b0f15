"""Updates from the template: `stratakit template status|update`.

`copier update` leaves the rest to its caller: a clean tree to return to, files that it deletes or
restores against the team's changes, conflicts, dependencies, checks, and the changelog.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import StrataError
from stratakit.process.git import git
from stratakit.updates import conflicts
from stratakit.updates.logins import hide_logins

COPIER = Path(".venv", "copier", "bin", "copier")
ANSWERS = ".copier-answers.yml"
CHANGES = "docs/template-changes.md"
FOLLOW_UP_TARGETS = ("install-dev", "check", "test")


@dataclass(frozen=True)
class TemplateVersions:
    """The release of the template that a service has, and the last one.

    Args:
        current: the service's.
        latest: the template's last one.
        is_latest: whether they are the same.
    """

    current: str
    latest: str
    is_latest: bool

    def __str__(self) -> str:
        update = f"There is {self.latest}. Update: make template-update"
        return "\n".join(
            [
                f"This service is at {self.current} of its template.",
                "That is the newest release." if self.is_latest else update,
            ]
        )


def read_versions(root: Path) -> TemplateVersions:
    """Ask Copier whether the template has a newer release than the service."""
    versions = json.loads(_run_copier(root, "check-update", "--output-format", "json"))
    current = versions["current_version"]
    if versions["update_available"]:
        return TemplateVersions(current, versions["latest_version"], is_latest=False)
    return TemplateVersions(current, current, is_latest=True)


def update(root: Path, version: str, answers: Sequence[str]) -> int:
    """Update a service, and print what changed.

    Args:
        root: the service's folder.
        version: the template's version; empty for the last release.
        answers: the answers to change, each as `question=answer`.

    Returns:
        The exit status.

    Raises:
        StrataError: there are uncommitted changes, the update conflicts, or the updated service
            fails its tests.
    """
    _refuse_uncommitted(root)
    data = [part for answer in answers for part in ("--data", answer)]
    # Without a version, Copier takes the last release.
    tag = f"v{version}" if version[:1].isdigit() else version
    target = ["--vcs-ref", tag] if tag else []
    try:
        output = _run_copier(root, "update", "--defaults", "--quiet", *target, *data)
    except StrataError as error:
        raise _explain_half_an_update(root, error) from error
    if output.strip():
        print(output.strip())
    for line in _restore_team_changes(root):
        print(line)
    print(_new_changes(root) or "The changelog of the template has nothing new.")
    if findings := conflicts.find_conflicts(root):
        raise StrataError(
            f"The update conflicts:\n{formatters.as_text(findings)}",
            hint="Then: make " + " ".join(FOLLOW_UP_TARGETS),
        )
    for target_name in FOLLOW_UP_TARGETS:
        if subprocess.run(["make", "--no-print-directory", target_name], cwd=root).returncode:
            raise StrataError(
                f"The service is updated, and `make {target_name}` fails.",
                hint="Fix it, or undo the update: git stash --include-untracked",
            )
    print("The service is updated. Read it with git diff HEAD, then: git add --all && git commit")
    return 0


def _refuse_uncommitted(root: Path) -> None:
    if not git(root, "rev-parse", "HEAD"):
        raise StrataError(
            f"{root} is not in a git repository with a commit.",
            detail="An update is merged with your changes, which git has to know.",
            hint="Run: git init && git add --all && git commit --message 'Begin'",
        )
    if changed := _git(root, "status", "--porcelain"):
        raise StrataError(
            f"There is work that is not committed:\n{changed}",
            detail="An update could not be undone without it.",
            hint="Commit it, or stash it: git stash --include-untracked",
        )


def _explain_half_an_update(root: Path, error: StrataError) -> StrataError:
    """Return the error of Copier with the way back, if Copier had changed files before it."""
    if not _git(root, "status", "--porcelain"):
        return error
    return StrataError(
        error.message,
        detail="Some files are already those of the new release: this is half an update.",
        hint=f"Go back to before the update: git stash --include-untracked\n{error.hint}",
    )


def _restore_team_changes(root: Path) -> Iterator[str]:
    """Restore edited files that the template dropped, and delete files that the team had deleted.

    Copier deletes a file that the template no longer has, edits included, and restores a file of
    `_skip_if_exists` that was deleted.

    Yields:
        A line for each file.
    """
    deleted = _git(root, "ls-files", "--deleted").splitlines()
    added = _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    if not deleted and not added:
        return
    with tempfile.TemporaryDirectory(prefix="template-") as folder:
        previous = Path(folder)
        (previous / ANSWERS).write_bytes(_show(root, ANSWERS))
        rendering = ("--defaults", "--quiet", "--overwrite", "--vcs-ref", ":current:")
        _run_copier(root, "recopy", *rendering, folder)
        for name in deleted:
            rendered = previous / name
            if not rendered.exists() or rendered.read_bytes() != _show(root, name):
                _git(root, "checkout", "HEAD", "--", name)
                yield f"{name} is no longer in the template. You had edited it: it is kept."
        for name in added:
            if (previous / name).exists():
                (root / name).unlink()
                yield f"{name} came back with the update. You had deleted it: it stays deleted."


def _new_changes(root: Path) -> str:
    """Return the sections of the changelog that are new with this update."""
    known = set(_sections(_show(root, CHANGES).decode()))
    sections = _sections((root / CHANGES).read_text(encoding="utf-8"))
    return "\n\n".join(text for title, text in sections.items() if title not in known)


def _sections(changelog: str) -> dict[str, str]:
    parts = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.strip() for part in parts}


def _show(root: Path, name: str) -> bytes:
    """Return a file as it was before the update; empty if it did not exist."""
    return git(root, "show", f"HEAD:./{name}")


def _git(root: Path, *arguments: str) -> str:
    return git(root, *arguments, check=True).decode().strip()


def _run_copier(root: Path, *arguments: str) -> str:
    """Run Copier and return its output, without logins in addresses.

    Raises:
        StrataError: it failed.
    """
    if not (root / COPIER).exists():
        raise StrataError("Copier is not installed here.", hint="Run: make template-status")
    result = subprocess.run([root / COPIER, *arguments], cwd=root, capture_output=True, text=True)
    output, errors = hide_logins(result.stdout), hide_logins(result.stderr)
    if result.returncode:
        lines = (errors or output).strip().splitlines() or [f"exit status {result.returncode}"]
        raise StrataError(
            f"copier {arguments[0]} failed: {lines[-1]}",
            hint=f"To see its whole output: {COPIER} {arguments[0]}",
        )
    return output if arguments[0] == "check-update" else output + errors
