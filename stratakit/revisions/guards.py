"""Refusals before a command runs: unknown revisions, several heads, irreversible revisions."""

from collections.abc import Sequence

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import git, history
from stratakit.revisions.position import describe_revision


def is_upgrade(asked: MigrationContext) -> bool:
    """Whether Alembic was asked for an upgrade."""
    return getattr(asked.opts.get("fn"), "__name__", "") == "upgrade"


def refuse_unknown_revision(config: Config, heads: Sequence[str]) -> None:
    """Raise a StrataError where a database stands at a revision that no file has."""
    known = history.read(config.versions)
    for head in heads:
        if head in known:
            continue
        fetch = git.file_of_revision(config.versions, head)
        raise StrataError(
            f"The database stands at revision {head}, and no file in {config.versions} has it.",
            detail="It was migrated from a branch or a release that is not checked out here. "
            "Stamping another revision would hide what it did.",
            hint=f"Bring the file back: {fetch}"
            if fetch
            else f"Find its file: git fetch --all && git log --all --oneline -- '*{head}*'\n"
            "If it is gone for good, find the revision that the schema is at by comparing: "
            f"{MIGRATE} adopt",
        )


def irreversible(revision: Script) -> str:
    """Why a revision cannot be undone, as its file says: `irreversible = "reason"`."""
    return str(getattr(revision.module, "irreversible", ""))


def refuse_irreversible(undone: Sequence[Script]) -> None:
    """Raise a StrataError where a revision that would be undone says that it cannot be."""
    for revision in undone:
        if reason := irreversible(revision):
            raise StrataError(
                f"{describe_revision(revision)} cannot be undone: {reason}",
                detail="Its file says so: irreversible = ...",
                hint="Write a revision that leads on from here, or restore a backup: "
                f"{MIGRATE} restore",
            )


def require_one_head(directory: ScriptDirectory) -> None:
    """Raise a StrataError where two revisions both want to be the last."""
    if len(directory.get_heads()) > 1:
        raise several_heads(directory)


def several_heads(directory: ScriptDirectory) -> StrataError:
    """Say which heads there are, and how to join them."""
    listed = "\n".join(
        f"  {describe_revision(head)}" for head in directory.get_revisions("heads") if head
    )
    return StrataError(
        f"There are several heads:\n{listed}",
        detail="Two branches each added a revision after the same one, so there is no last one.",
        hint=f"Join them: {MIGRATE} merge",
    )
