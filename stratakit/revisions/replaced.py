"""Revisions that a squash replaced: the first revision lists their ids, and git has their files.

A database that has run them and one that was created by the first revision are the same.
"""

import ast
from collections.abc import Sequence

from sqlalchemy import RowMapping

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import git
from stratakit.revisions.history import Revision, RevisionHistory

NAME = "replaces"


def replaced_ids(revision: Revision) -> tuple[str, ...]:
    """Return the ids that the file of a revision lists as `replaces`; none for most."""
    if revision.parents or NAME.encode() not in (source := revision.path.read_bytes()):
        return ()
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and _is_list_of_ids(statement):
            ids: Sequence[str] = ast.literal_eval(statement.value)
            return tuple(ids)
    return ()


def find_squash(revisions: RevisionHistory, revision: str) -> Revision | None:
    """Find the revision that replaced another one."""
    roots = (each for each in revisions.values() if not each.parents)
    return next((each for each in roots if revision in replaced_ids(each)), None)


def has_run_replaced(entry: RowMapping, revision: Revision) -> bool:
    """Return whether an entry of the log is of the revision that a squash with its id replaced."""
    return bool(entry["down_revision"]) and bool(replaced_ids(revision))


def refuse_replaced(revisions: RevisionHistory, heads: Sequence[str]) -> None:
    """Raise a StrataError if a database is at a revision before a squash."""
    for head in heads:
        if squash := None if head in revisions else find_squash(revisions, head):
            release = git.last_release(squash.path.parent, [head, squash.id])
            raise StrataError(
                f"The database is at revision {head}, which {squash.path.name} has replaced.",
                detail=f"The revisions from {head} to {squash.id} are not in this release. "
                "Nothing was changed.",
                hint="Migrate it first by the last release that has them"
                + (f", {release}:\n" if release else ":\n")
                + f"    git checkout {release or 'RELEASE'} && {MIGRATE} upgrade {squash.id}",
            )


def _is_list_of_ids(statement: ast.Assign) -> bool:
    targets = [each.id for each in statement.targets if isinstance(each, ast.Name)]
    return targets == [NAME] and isinstance(statement.value, ast.Tuple | ast.List)
