"""Revision files in git: those that are missing here, and those that differ from a commit."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from stratakit.diagnostics.errors import UsageError
from stratakit.process.git import git

MAIN_BRANCHES = ("origin/HEAD", "main", "master")


@dataclass(frozen=True)
class CommittedFile:
    """A revision's file as a commit has it.

    Args:
        folder: the folder of the revisions.
        name: the file's name, relative to the folder.
        commit: the commit's id.
    """

    folder: Path
    name: str
    commit: str

    @property
    def restore_command(self) -> str:
        """The command that restores the file."""
        return f"git -C {quote(str(self.folder))} checkout {self.commit} -- {quote(self.name)}"

    def content(self) -> bytes:
        """Return the file's content in the commit."""
        return git(self.folder, "show", f"{self.commit}:./{self.name}")


def find_revision(versions: Path, revision: str) -> CommittedFile | None:
    """Find a revision's file on any branch.

    Args:
        versions: the folder of the revisions.
        revision: the id, which no file here has.

    Returns:
        The newest version of the file; None if git has no such file, or there is no git.
    """
    output = git(
        versions,
        *["log", "--all", "--diff-filter=AMR", "--format=%H", "--name-only", "--relative", "--"],
        f"*{revision}*.py",
    ).decode()
    declaration = rf"""^revision\b[^=\n]*=\s*["']{re.escape(revision)}["']"""
    commit = ""
    for line in filter(None, output.splitlines()):
        if not line.endswith(".py"):
            commit = line
            continue
        file = CommittedFile(versions, line, commit)
        if re.search(declaration.encode(), file.content(), re.MULTILINE):
            return file
    return None


def last_release(versions: Path, revisions: Sequence[str]) -> str:
    """Return the last tag, or else the last commit, that has some revisions; empty without git.

    Args:
        versions: the folder of the revisions.
        revisions: the ids; no file here has the first one.
    """
    file = find_revision(versions, revisions[0])
    options = ("-1", "--diff-filter=D", "--no-renames", "--format=%H")
    if not file:
        return ""
    removal = git(versions, "log", "--all", *options, "--", file.name).decode().strip()
    # A squash that is not committed yet has removed it only here.
    before = f"{removal}^" if removal else "HEAD"
    tag = git(versions, "describe", "--tags", "--abbrev=0", before).decode().strip()
    declarations = (rf"""^revision *(:.*)?= *["']{re.escape(each)}["']""" for each in revisions)
    if tag and all(git(versions, "grep", "-lE", each, tag, "--", "*.py") for each in declarations):
        return tag
    return git(versions, "rev-parse", "--short", before).decode().strip()


def uncommitted_files(folder: Path) -> set[Path] | None:
    """List the files of a folder that the last commit does not have as they are.

    Returns:
        Their paths; None without git or a commit.
    """
    if not git(folder, "rev-parse", "--verify", "--quiet", "HEAD"):
        return None
    top = Path(git(folder, "rev-parse", "--show-toplevel").decode().strip())
    status = git(folder, "status", "--porcelain", "-z", "--ignored", "--no-renames", "-uall", ".")
    return {top / entry[3:] for entry in status.decode().split("\0") if entry}


def find_version(path: Path, is_wanted: Callable[[bytes], bool]) -> CommittedFile | None:
    """Find the version of a file whose content fulfills a condition, on any branch."""
    for commit in git(path.parent, "log", "--all", "--format=%H", "--", path.name).decode().split():
        file = CommittedFile(path.parent, path.name, commit)
        if is_wanted(file.content()):
            return file
    return None


def changed_files(versions: Path) -> Iterator[CommittedFile]:
    """Find the files of the main branch that are different or missing here.

    Args:
        versions: the folder of the revisions.

    Yields:
        The files at the commit at which this branch began.
    """
    if base := _branch_point(versions, MAIN_BRANCHES):
        options = ("--name-only", "--no-renames", "--diff-filter=MD", "--relative")
        for name in git(versions, "diff", *options, base, "--", "*.py").decode().splitlines():
            yield CommittedFile(versions, name, base)


def list_files(versions: Path, base: str | None) -> set[str]:
    """List the revision files at the commit at which this branch began.

    Args:
        versions: the folder of the revisions.
        base: a commit or a branch; None for the main branch.

    Returns:
        Their names; none if there is no git, or no main branch.

    Raises:
        StrataError: git does not have the base.
    """
    if commit := _branch_point(versions, (base,) if base else MAIN_BRANCHES):
        return set(git(versions, "ls-tree", "--name-only", commit, "./").decode().splitlines())
    if base:
        raise UsageError(
            f"git has no {base} that this branch shares a commit with.",
            hint=f"Fetch it: git fetch origin {base}",
        )
    return set()


def list_main_files(versions: Path) -> set[str] | None:
    """List the revision files at the tip of the main branch; None if there is none."""
    for branch in MAIN_BRANCHES:
        if git(versions, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}"):
            return set(git(versions, "ls-tree", "--name-only", branch, "./").decode().splitlines())
    return None


def is_committed(path: Path) -> bool:
    """Return whether the last commit has a file."""
    return bool(git(path.parent, "ls-tree", "--name-only", "HEAD", path.name))


def base_commit(folder: Path) -> str:
    """Return the commit from which the work in a folder began; empty without git or a commit.

    It is the one where this branch left the main branch, or else the last one.
    """
    return _branch_point(folder, (*MAIN_BRANCHES, "HEAD"))


def _branch_point(versions: Path, branches: tuple[str, ...]) -> str:
    """Return the last commit that is shared with the first of the branches that exists."""
    commits = (git(versions, "merge-base", "HEAD", branch) for branch in branches)
    return next(filter(None, commits), b"").decode().strip()
