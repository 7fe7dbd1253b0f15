"""Refusals before a command runs: unknown revisions, several heads, irreversible revisions."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from alembic.script import Script, ScriptDirectory
from alembic.script.revision import MultipleHeads, RevisionError

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.revisions import history, replaced
from stratakit.revisions.position import describe_revision
from stratakit.revisions.review_comments import describe_comment, find_comments

AUTOCOMMIT = re.compile(r"\b(autocommit_block|fill_in_batches)\s*\(")


def require_revisions(config: Config) -> None:
    """Raise a StrataError if no revision is found, or one is in a folder that is not read."""
    history.refuse_unread(config)
    if not history.read(config.revision_files):
        raise no_revision_error(config)


def no_revision_error(config: Config) -> StrataError:
    """Return the error of a project without revisions."""
    return StrataError(
        f"There is no revision in {config.versions}.",
        detail="Alembic's configuration names this folder. Nothing can be applied.",
        hint=f'Write the first revision: {MIGRATE} create "..."\n'
        "Or name the folder of the revisions in alembic.ini: version_locations = ...",
    )


def refuse_invalid_position(config: Config, heads: Sequence[str]) -> None:
    """Raise a StrataError if a database is at a revision that no file has, or at an ancestor, too.

    Args:
        config: the project's.
        heads: the rows of the version table.
    """
    known = history.read(config.revision_files) if heads else history.RevisionHistory()
    replaced.refuse_replaced(known, heads)
    for head in heads:
        if head in known:
            continue
        hints = history.restore_hints(config.versions, known, heads)
        raise StrataError(
            f"The database is at revision {head}, and no file in {config.versions} has it.",
            detail="It was migrated from a branch or a release that is not checked out here. "
            "Stamping another revision would hide its changes.",
            hint="\n".join(
                [f"In the local development database, undo it: {MIGRATE} switch", *hints]
            )
            if hints
            else f"Find its file: git fetch --all && git log --all --oneline -- '*{head}*'\n"
            "If it is gone for good, find the revision that the schema is at by comparing: "
            f"{MIGRATE} adopt",
        )
    if extra := known.superfluous(heads):
        left = [head for head in heads if head not in extra]
        rows = ", ".join(repr(each) for each in extra)
        raise StrataError(
            f"The version table has a row for {', '.join(extra)}, and one for {', '.join(left)}, "
            "which follows.",
            detail="Only the last revision of each branch has a row. Nothing was changed.",
            hint=f"Write the position again; the database is compared first: {MIGRATE} stamp "
            f"{left[0]}"
            if len(left) == 1
            else f"Delete the rows from the version table: WHERE version_num IN ({rows})",
        )


def irreversible_reason(revision: Script) -> str:
    """Return the reason why a revision is irreversible, by its file: `irreversible = "reason"`."""
    return str(getattr(revision.module, "irreversible", ""))


def refuse_irreversible(revisions: Sequence[Script]) -> None:
    """Raise a StrataError if one of the revisions to undo is irreversible."""
    for revision in revisions:
        if reason := irreversible_reason(revision):
            raise StrataError(
                f"{describe_revision(revision)} cannot be undone: {reason}",
                detail="Its file declares: irreversible = ...",
                hint=f"Write a new revision, or restore a backup: {MIGRATE} restore FILE",
            )


def refuse_open_comments(config: Config, revisions: Sequence[Script]) -> None:
    """Raise a StrataError if a revision has a review comment that nobody has resolved."""
    comments = find_comments(Path(each.path) for each in revisions)
    if comments:
        raise StrataError(
            "This is production, and nobody has resolved these review comments:\n"
            + "\n".join(f"  {describe_comment(config.root, each)}" for each in comments),
            detail="Autogenerate may have misunderstood these changes. Nothing was changed.",
            hint="In development, fix the operation or decide that it is intended, delete the "
            f"comment, and run: {MIGRATE} record",
        )


def refuse_autocommit(revisions: Sequence[Script]) -> None:
    """Raise a StrataError if a revision has to leave the transaction that env.py has opened."""
    for revision in revisions:
        source = Path(revision.path).read_text(encoding="utf-8")
        if AUTOCOMMIT.search(source) and ".commit()" not in source:
            raise StrataError(
                f"{describe_revision(revision)} has to run outside of a transaction, and env.py "
                "has opened one.",
                detail="Alembic cannot end a transaction that it did not begin. Nothing was run.",
                hint="Let env.py connect without a transaction:\n"
                "    with engine.connect() as connection:\n"
                "        connection.commit()  # after a statement of env.py, such as a lock\n"
                "        context.configure(connection=connection, ...)",
            )


def require_head(directory: ScriptDirectory, head: str) -> None:
    """Raise a StrataError if a new revision cannot follow the one that its command names.

    Args:
        directory: the folders of the revisions.
        head: the revision to follow: `head`, an id, or a branch such as `label@head`.
    """
    if head == "head":
        require_one_head(directory)
    try:
        directory.revision_map.get_revision(head)
    except RevisionError as error:
        heads = [each for each in directory.get_revisions("heads") if each]
        raise UsageError(
            f"A new revision can follow one of {len(heads)} heads."
            if isinstance(error, MultipleHeads)
            else f"There is no revision {head} that a new one can follow.",
            hint="\n".join(
                f'Follow {describe_revision(each)}: {MIGRATE} create "..." --head {_branch(each)}'
                for each in heads
            ),
        ) from error


def _branch(head: Script) -> str:
    """Return a head as an argument: by its label, which stays when revisions are added."""
    labels = sorted(head.branch_labels)
    return f"{labels[0]}@head" if labels else head.revision


def require_one_head(directory: ScriptDirectory) -> None:
    """Raise a StrataError if there are several heads that no branch label explains."""
    if has_conflicting_heads(directory):
        raise several_heads_error(directory)


def has_conflicting_heads(directory: ScriptDirectory) -> bool:
    """Return whether there are several heads, of which one has no branch label of its own.

    https://alembic.sqlalchemy.org/en/latest/branches.html#working-with-branch-labels
    """
    heads = [head for head in directory.get_revisions(directory.get_heads()) if head]
    labels = Counter(label for head in heads for label in head.branch_labels)
    return len(heads) > 1 and not all(
        any(labels[label] == 1 for label in head.branch_labels) for head in heads
    )


def several_heads_error(directory: ScriptDirectory) -> StrataError:
    """Return the error that lists the heads."""
    heads = "\n".join(
        f"  {describe_revision(head)}" for head in directory.get_revisions("heads") if head
    )
    return StrataError(
        f"There are several heads:\n{heads}",
        detail="Two branches each added a revision after the same one, so neither is the last one.",
        hint=f"Join them: {MIGRATE} merge\n"
        f"Or move those of this branch after those of the main branch: {MIGRATE} rebase",
    )
