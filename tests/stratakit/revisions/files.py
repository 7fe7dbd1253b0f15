"""Revision files in a temporary folder, and in a git repository."""

from collections.abc import Sequence
from pathlib import Path

from stratakit.process.git import git

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


def write_revision(
    folder: Path,
    revision: str,
    parents: str | Sequence[str] | None = None,
    *,
    phase: str = "",
    message: str = "change",
    body: str = "",
    name: str = "",
) -> Path:
    """Write a revision as Alembic does, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{revision}_{message}.py")
    lines = [
        f'"""{message}\n\nRevision ID: {revision}\n"""\n',
        "from alembic import op\n",
        f"revision: str = {revision!r}",
        f"down_revision = {parents!r}",
        *([f"phase = {phase!r}"] if phase else []),
        f"\n\ndef upgrade() -> None:\n    {body or 'pass'}\n",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def commit_all(root: Path, message: str = "Change") -> str:
    """Commit everything, in a repository that is created if there is none, and return the id."""
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main", check=True)
    git(root, "add", "--all", check=True)
    git(root, *IDENTITY, "commit", "--quiet", "--allow-empty", "-m", message, check=True)
    return git(root, "rev-parse", "HEAD", check=True).decode().strip()
