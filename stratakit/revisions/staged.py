"""The staged files as a project of their own, outside of the working tree.

The copy is kept in git's own folder, so that nothing is written into the working tree and the next
commit writes only the files that differ. What git ignores is linked into it: the application may
need settings, keys or built files to be imported.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stratakit.config import Config, load
from stratakit.diagnostics.errors import UsageError
from stratakit.process import file_lock
from stratakit.process.git import git
from stratakit.process.local_folder import NAME, create_local_folder

FOLDER = "stratakit"
"""In git's folder: the copy, its index, and the lock of both."""
NOT_LINKED = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
"""Caches, which would be written through a link into the working tree."""


@contextmanager
def staged_project(config: Config) -> Iterator[Config]:
    """Check out what is staged, and make its modules the ones that are imported.

    Args:
        config: of the project in the working tree.

    Yields:
        The configuration of the copy.

    Raises:
        UsageError: the project is in no git repository, or a merge has conflicts.
    """
    top = Path(git(config.root, "rev-parse", "--show-toplevel").decode().strip())
    if not top.name:
        raise UsageError(
            f"{config.root} is in no git repository.",
            detail="--staged checks what the next commit holds.",
            hint="Leave --staged out, or begin with: git init",
        )
    # Resolved as git does it: the project may be reached by a link.
    inside = config.root.resolve().relative_to(top.resolve())
    path = git(top, "rev-parse", "--git-path", FOLDER).decode().strip()
    folder = top / path
    folder.mkdir(exist_ok=True)
    with file_lock.exclusive(folder / "lock"):
        copy = folder / "tree"
        copy.mkdir(exist_ok=True)
        _remove_links(copy)
        _check_out(top, folder, copy)
        root = copy / inside
        # The scratch databases and the local server are the project's own.
        create_local_folder(config.root / NAME)
        _link_ignored(top, copy)
        before, paths = sys.path[:], [str(root), str(root / "src")]
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [*paths, os.environ.get("PYTHONPATH", "")])
        )
        try:
            yield load(root)
        finally:
            sys.path[:] = before


def _check_out(top: Path, folder: Path, copy: Path) -> None:
    # `git commit FILE` stages into an index of its own, which it names to the hook.
    index = top / os.environ.get(
        "GIT_INDEX_FILE", git(top, "rev-parse", "--git-path", "index").decode().strip()
    )
    tree = git(top, "write-tree", index=index).decode().strip()
    if not tree:
        raise UsageError(
            "The index of git cannot be written as a tree.",
            detail="A merge has conflicts that are not resolved.",
            hint="See them: git status",
        )
    git(
        top,
        f"--work-tree={copy}",
        *("read-tree", "--reset", "-u", tree),
        index=folder / "index",
        check=True,
    )
    (copy / ".git").symlink_to(top / ".git")


def _link_ignored(top: Path, copy: Path) -> None:
    options = ("--others", "--ignored", "--exclude-standard", "--directory", "-z")
    for name in git(top, "ls-files", *options).decode().split("\0"):
        relative = Path(name)
        if not name or NOT_LINKED & set(relative.parts):
            continue
        link = copy / relative
        if not link.parent.exists() or link.is_symlink() or link.exists():
            continue
        link.symlink_to(top / relative)


def _remove_links(copy: Path) -> None:
    """Remove the links of the last commit: what they lead to may be staged, or gone."""
    for folder, folders, files in os.walk(copy):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink() and not _is_within(path.readlink(), copy):
                path.unlink()


def _is_within(target: Path, copy: Path) -> bool:
    """Return whether a link is one that the project itself has committed."""
    return not target.is_absolute() or target.is_relative_to(copy)
