"""What git knows of revisions' files: those that are not here, and those that were edited."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from shlex import quote, split

from stratakit.diagnostics.errors import UsageError
from stratakit.process.git import git

MAIN_BRANCHES = ("origin/HEAD", "main", "master")


def file_of_revision(versions: Path, revision: str) -> str | None:
    """Find a revision's file on any branch.

    Args:
        versions: the folder of the revisions.
        revision: the id that no file here has.

    Returns:
        The command that brings the file back, or None where git has no such file (or there is no
        git).
    """
    found = git(
        versions,
        *["log", "--all", "--diff-filter=A", "--format=%H", "--name-only", "--relative", "--"],
        f"*{revision}*.py",
    ).split()
    for commit, name in pairwise(found):
        if name.endswith(b".py"):
            return f"{_in(versions)} checkout {commit.decode()} -- {quote(name.decode())}"
    return None


def version_of_file(path: Path, wanted: Callable[[bytes], bool]) -> str | None:
    """Find the commit in which a file was as it is wanted.

    Returns:
        The command that brings that version back, or None.
    """
    for commit in git(path.parent, "log", "--all", "--format=%H", "--", path.name).decode().split():
        text = git(path.parent, "show", f"{commit}:./{path.name}")
        if wanted(text):
            return f"{_in(path.parent)} checkout {commit} -- {quote(path.name)}"
    return None


def edited(versions: Path) -> Iterator[tuple[str, str]]:
    """Find the files that the main branch has and that are different or missing here.

    Args:
        versions: the folder of the revisions.

    Returns:
        Their names, each with the command that brings the file back.
    """
    for branch in MAIN_BRANCHES:
        if base := git(versions, "merge-base", "HEAD", branch).decode().strip():
            changed = (
                "diff",
                "--name-only",
                "--no-renames",
                "--diff-filter=MD",
                "--relative",
                base,
                "--",
                "*.py",
            )
            for name in git(versions, *changed).decode().splitlines():
                yield name, f"{_in(versions)} checkout {base} -- {quote(name)}"
            return


def committed(versions: Path, back: str) -> bytes:
    """What a file held that a command of `edited` brings back."""
    *_, base, _, name = split(back)
    return git(versions, "show", f"{base}:./{name}")


def files_at(versions: Path, base: str | None) -> set[str]:
    """The files that the folder of the revisions has where this branch began.

    Args:
        versions: the folder of the revisions.
        base: a commit or a branch; None for the main branch.

    Returns:
        Their names; none where there is no git, or no such branch.

    Raises:
        StrataError: the base that was named is not there.
    """
    for branch in (base,) if base else MAIN_BRANCHES:
        if found := git(versions, "merge-base", "HEAD", branch).decode().strip():
            names = git(versions, "ls-tree", "--name-only", found, "./").decode()
            return set(names.splitlines())
    if base:
        raise UsageError(
            f"git has no {base} that this branch shares a commit with.",
            hint=f"Fetch it: git fetch origin {base}",
        )
    return set()


def _in(folder: Path) -> str:
    return f"git -C {quote(str(folder))}"
