"""Bring the local development database to the branch that is checked out."""

import shutil
from collections.abc import Collection, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import RowMapping

from stratakit.commands._downgrade import downgrade
from stratakit.commands._errors import command
from stratakit.commands._local import require_local
from stratakit.commands._upgrade import upgrade
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.revisions import git, history, log
from stratakit.revisions.digest import has_digest
from stratakit.revisions.git import CommittedFile
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.history import Revision, RevisionHistory
from stratakit.revisions.position import Position
from stratakit.revisions.replaced import has_run_replaced, refuse_replaced
from stratakit.revisions.run_options import StepProgress
from stratakit.runtime.consent import ConsentError
from stratakit.scratch import environment
from stratakit.scratch.temporary_folder import temporary_folder

COPIED = ("alembic.ini", "pyproject.toml", "strata.toml")
"""The files by which a project's root is found: a link would lead back to the real one."""

REBUILD_HINT = f"Replace the local database, whose rows are lost: {MIGRATE} rebuild"


@dataclass(frozen=True)
class SwitchResult:
    """The revisions that were undone and applied in the local database.

    Args:
        undone: the revisions of another branch, the last one first.
        applied: the revisions of this branch, in order.
        position: its position afterwards.
    """

    undone: Sequence[str]
    applied: Sequence[str]
    position: Position


@command
def switch(
    config: Config,
    *,
    confirmed_database: str | None = None,
    lose: Collection[str] = (),
    interactive: bool = False,
    progress: StepProgress | None = None,
) -> SwitchResult:
    """Undo in the local database what this branch does not have, and apply what it has; rows stay.

    A revision that the database has run with other code, or after another one, is undone and
    applied again. The files that it has run are taken from git, for as long as it takes.

    Args:
        config: the project's.
        confirmed_database: the database's name, if env.py connects to one on this machine.
        lose: the tables and columns that may be lost, by their names.
        interactive: whether a person at the terminal may be asked.
        progress: called when a revision begins and ends.

    Raises:
        ConsentError: rows or values would be lost, and nobody has agreed.
        UsageError: the database is not the local development database.
        StrataError: there is no revision, git has no file of one, or one cannot be undone.
    """
    require_revisions(config)
    project = environment.capture(config)
    url = require_local(config, project, confirmed_database, interactive=interactive)
    history.refuse_gap(config.versions, config.revision_files)
    with connect(url, read_only=True) as connection:
        heads = project.context(connection).get_current_heads()
        entries = log.read_entries(connection, project.version_table_schema)
    with _rebuild_as_way_out():
        refuse_replaced(history.read(config.revision_files), heads)
    applied, foreign = _read_applied(config, heads, entries)
    undone: list[str] = []
    if foreign:
        with _project_with(config, applied, foreign) as copy:
            target = _common_ancestor(applied, foreign)
            with _rebuild_as_way_out():
                result = downgrade(
                    copy, target, lose=lose, interactive=interactive, progress=progress
                )
            undone = [each.revision for each in result.undone]
    upgraded = upgrade(config, "heads", progress=progress)
    applied_here = [each.revision for each in upgraded.plan.pending]
    return SwitchResult(undone, applied_here, upgraded.position)


@contextmanager
def _rebuild_as_way_out() -> Iterator[None]:
    """Offer `rebuild` if a revision cannot be undone."""
    try:
        yield
    except ConsentError:
        raise
    except StrataError as error:
        error.hint = f"{error.hint}\n{REBUILD_HINT}".strip()
        raise


def _read_applied(
    config: Config, heads: Sequence[str], entries: Sequence[RowMapping]
) -> tuple[RevisionHistory, dict[str, CommittedFile]]:
    """Read the applied revisions as the database has run them.

    A revision is foreign if no file here has it, or if the log has another hash or other parents
    than the file here. A squash counts as the revision that it replaced.

    Returns:
        All applied revisions, and the files from git of the foreign ones.
    """
    known = history.read(config.revision_files)
    logged = {row["revision"]: row for row in entries if row["direction"] != "downgrade"}
    applied, foreign = RevisionHistory(), dict[str, CommittedFile]()
    waiting = list(heads)
    while waiting:
        revision = waiting.pop()
        here, entry = known.get(revision), logged.get(revision)
        if here and (entry is None or _has_run(entry, here) or has_run_replaced(entry, here)):
            applied[revision] = here
        else:
            file = _find_file(config, revision, here, entry)
            parsed = history.parse(config.versions / file.name, file.content())
            assert parsed is not None
            applied[revision], foreign[revision] = parsed, file
        waiting += {*applied[revision].parents} - {*applied}
    return applied, foreign


def _has_run(entry: RowMapping, revision: Revision) -> bool:
    """Return whether an entry of the log is of a revision's file; a stamp has run no code."""
    is_stamp = entry["direction"] == "stamp"
    return set(entry["down_revision"].split(",")) == set(revision.parents or ("",)) and (
        is_stamp or has_digest(revision.path.read_bytes(), entry["sha256"])
    )


def _find_file(
    config: Config, revision: str, here: Revision | None, entry: RowMapping | None
) -> CommittedFile:
    """Find the file in git that the database has run.

    Raises:
        StrataError: git does not have it.
    """
    newest = git.find_revision(config.versions, revision)
    if newest and entry is None:
        return newest
    paths = {config.versions / newest.name} if newest else set()
    for path in sorted(paths | ({here.path} if here else set())):
        if entry and (file := git.find_version(path, partial(has_digest, sha256=entry["sha256"]))):
            return file
    reason = "and git does not have its file" + (" in that version" if newest else "")
    if here and entry and set(entry["down_revision"].split(",")) != set(here.parents or ("",)):
        reason = (
            f"there it follows {entry['down_revision'] or 'nothing'}, and in {here.path.name} "
            f"{', '.join(here.parents) or 'nothing'}"
        )
    elif here:
        reason = f"and the code of {here.path.name} is different now"
    raise StrataError(
        f"The local database has run {revision}, {reason}.",
        detail="It can only be undone with the file that was run, which git does not have.",
        hint=REBUILD_HINT,
    )


@contextmanager
def _project_with(
    config: Config, applied: RevisionHistory, foreign: dict[str, CommittedFile]
) -> Iterator[Config]:
    """Make a copy of the project that has the applied revisions and no others."""
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
        for id_, revision in history.read(config.revision_files).items():
            # What lies elsewhere is only linked.
            is_copied = revision.path.is_relative_to(config.migrations_folder)
            if is_copied and (id_ in foreign or id_ not in applied):
                (root / revision.path.relative_to(config.root)).unlink()
        for file in foreign.values():
            (project.versions / Path(file.name).name).write_bytes(file.content())
        yield project


def _common_ancestor(applied: RevisionHistory, foreign: Container[str]) -> str:
    """Return the last revision below the foreign ones and all that follow them."""
    undone = {id_ for id_ in applied if any(each in foreign for each in applied.ancestors([id_]))}
    below = {parent for id_ in undone for parent in applied[id_].parents} - undone
    # Of a merge's parents, the one that the others build upon is low enough.
    common = set.intersection(*(applied.ancestors([each]) for each in below)) if below else set()
    heads = RevisionHistory({id_: applied[id_] for id_ in common}).heads
    return heads[0] if heads else "base"
