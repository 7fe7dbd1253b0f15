"""Running git."""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str, check: bool = False, index: Path | None = None) -> bytes:
    """Run git in a folder, and return its output.

    Args:
        folder: the folder; in a hook git names files relative to another one, which is undone.
        arguments: git's own.
        check: whether a failure raises; else it returns nothing, as without git or a repository.
        index: the file of the index; by default the repository's own.

    Raises:
        OSError: with `check`, git is not installed.
        subprocess.CalledProcessError: with `check`, git fails.
    """
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("GIT_")}
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    # Names in its output are not escaped.
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        if check:
            raise
        return b""
