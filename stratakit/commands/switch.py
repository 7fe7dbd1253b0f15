"""Bring the local development database to the branch that is checked out."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import RowMapping

from stratakit.commands._errors import command
from stratakit.commands._local import require_local
from stratakit.commands.downgrade import downgrade
from stratakit.commands.upgrade import upgrade
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.revisions import git, history, log
from stratakit.revisions.history import RevisionHistory
from stratakit.revisions.position import Position
from stratakit.scratch import environment
from stratakit.scratch.temporary_folder import temporary_folder

COPIED = ("alembic.ini", "pyproject.toml", "strata.toml")
"""The files by which a project's root is found: a link would lead back to the real one."""


@dataclass(frozen=True)
class SwitchResult:
    """What was done to the local database.

    Args:
        undone: the revisions of another branch, the last one first.
        applied: the revisions of this branch, in order.
        position: where it stands now.
    """

    undone: Sequence[str]
    applied: Sequence[str]
    position: Position


@command
def switch(config: Config, *, confirmed_database: str | None = None) -> SwitchResult:
    """Undo in the local database what this branch does not have, and apply what it has; rows stay.

    The files of the other branch's revisions are taken from git, for as long as it takes.

    Args:
        config: the project's.
        confirmed_database: the database's name, if DATABASE_URL names one on this machine.

    Raises:
        UsageError: the database is not the local development database.
        StrataError: git has no file of a revision, or one cannot be undone.
    """
    project = environment.capture(config)
    url = require_local(config, project, confirmed_database)
    known = history.read(config.revision_files)
    with connect(url, read_only=True) as connection:
        heads = project.context(connection).get_current_heads()
        entries = log.read_entries(connection)
    foreign = _foreign_revisions(known, heads, entries)
    undone: list[str] = []
    if foreign:
        with _project_with(config, foreign) as copy:
            target = _common_ancestor(history.read(copy.versions), known, foreign)
            undone = [each.revision for each in downgrade(copy, target).undone]
    result = upgrade(config, "heads")
    return SwitchResult(undone, [each.revision for each in result.plan.pending], result.position)


def _foreign_revisions(
    known: RevisionHistory, heads: Sequence[str], entries: Sequence[RowMapping]
) -> list[str]:
    """Return the applied revisions that no file here has, as far as the log names them."""
    parents = {row["revision"]: row["down_revision"].split(",") for row in entries}
    foreign: list[str] = []
    remaining = list(heads)
    while remaining:
        revision = remaining.pop()
        if revision and revision not in known and revision not in foreign:
            foreign.append(revision)
            remaining += parents.get(revision, [])
    return foreign


@contextmanager
def _project_with(config: Config, foreign: Sequence[str]) -> Iterator[Config]:
    """Make a copy of the project that has the files of other revisions, too."""
    with temporary_folder(config) as folder:
        root = folder / "project"
        root.mkdir()
        for path in config.root.iterdir():
            if path.name in COPIED:
                shutil.copy(path, root / path.name)
            elif not config.migrations_folder.is_relative_to(path):
                (root / path.name).symlink_to(path)
        project = replace(config, root=root)
        shutil.copytree(
            config.migrations_folder, root / config.migrations_folder.relative_to(config.root)
        )
        for revision in foreign:
            file = git.find_revision(config.versions, revision)
            if file is None:
                raise StrataError(
                    f"The local database has run {revision}, and git has no file of it.",
                    detail="Without its file it cannot be undone.",
                    hint=f"Make the local database anew: {MIGRATE} rebuild",
                )
            (project.versions / Path(file.name).name).write_bytes(file.content())
        yield project


def _common_ancestor(
    everything: RevisionHistory, known: RevisionHistory, foreign: Sequence[str]
) -> str:
    """Return the last revision of this branch below those of another one."""
    parents = {parent for each in foreign for parent in everything[each].parents} - set(foreign)
    below = [each for each in parents if each in known]
    if len(below) > 1:
        # Of a merge's parents, the one that the others build upon is low enough.
        common = set.intersection(*(known.ancestors([each]) for each in below))
        below = [each for each in common if not common & (_children(known, each))]
    return below[0] if below else "base"


def _children(known: RevisionHistory, revision: str) -> set[str]:
    return {id_ for id_, each in known.items() if revision in each.parents}
