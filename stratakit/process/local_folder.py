"""The folder `.local` of a project: what stratakit keeps there is nobody's to commit."""

from pathlib import Path

NAME = ".local"


def create_local_folder(folder: Path) -> None:
    """Create the folder, which git ignores from the start.

    Args:
        folder: the project's `.local`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
