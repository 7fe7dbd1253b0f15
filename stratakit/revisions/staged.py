"""The project of a commit, or the staged one, outside of the working tree.

The copy is kept in git's own folder, so that nothing is written into the working tree and the next
run writes only the files that differ. What git ignores is linked into it: the application may need
settings, keys or built files to be imported.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stratakit.config import Config, load
from stratakit.diagnostics.errors import UsageError
from stratakit.process import file_lock
from stratakit.process.git import git
from stratakit.process.local_folder import NAME, create_local_folder

FOLDER = "stratakit"
"""In git's folder: a copy, its index, and the lock of both, for each of the two purposes."""
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
    top = _repository(config)
    if top is None:
        raise UsageError(
            f"{config.root} is not in a git repository.",
            detail="--staged checks the files of the next commit.",
            hint="Leave --staged out, or begin with: git init",
        )
    with _copied(config, top, "staged", _staged_tree(top)) as copy:
        before, paths = sys.path[:], import_paths(copy)
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [*paths, os.environ.get("PYTHONPATH", "")])
        )
        try:
            yield copy
        finally:
            sys.path[:] = before


@contextmanager
def committed_project(config: Config, commit: str) -> Iterator[Config]:
    """Check out a commit, and yield the configuration of the copy.

    Args:
        config: of the project in the working tree, which is in a git repository.
        commit: the commit's id.
    """
    top = _repository(config)
    assert top is not None
    with _copied(config, top, "committed", commit) as copy:
        yield copy


def import_paths(config: Config) -> list[str]:
    """Return the folders from which a project's own modules are imported."""
    return [str(config.root), str(config.root / "src")]


def _repository(config: Config) -> Path | None:
    top = git(config.root, "rev-parse", "--show-toplevel").decode().strip()
    return Path(top) if top else None


@contextmanager
def _copied(config: Config, top: Path, purpose: str, tree: str) -> Iterator[Config]:
    """Check out a tree of git, and yield the configuration of the project in it."""
    # Resolved as git does it: the project may be reached by a link.
    real_root = config.root.resolve()
    inside = real_root.relative_to(top.resolve())
    path = git(top, "rev-parse", "--git-path", FOLDER).decode().strip()
    folder = top / path / purpose
    folder.mkdir(parents=True, exist_ok=True)
    with file_lock.exclusive(folder / "lock"):
        copy = folder / "tree"
        copy.mkdir(exist_ok=True)
        _remove_links(copy)
        _check_out(top, folder, copy, tree)
        root = copy / inside
        # The scratch databases and the local server are the project's own.
        create_local_folder(config.root / NAME)
        _link_ignored(top, copy)
        ini = Path(config.alembic_ini)
        if ini.is_absolute() and ini.is_relative_to(real_root):
            ini = ini.relative_to(real_root)
        yield replace(
            load(root),
            alembic_ini=str(ini),
            alembic_section=config.alembic_section,
            x_arguments=config.x_arguments,
        )


def _staged_tree(top: Path) -> str:
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
    return tree


def _check_out(top: Path, folder: Path, copy: Path, tree: str) -> None:
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
