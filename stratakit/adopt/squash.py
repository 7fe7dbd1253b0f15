"""One first revision in place of all up to a chosen one, which git alone can undo.

The new revision has the id of the last one that it replaces, so that databases at or after that
one stay as they are.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection

from stratakit import scratch
from stratakit.adopt import baseline, match
from stratakit.adopt.baseline import FirstRevision
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import git, history, manifest
from stratakit.revisions.history import Revision, RevisionHistory, as_tuple
from stratakit.revisions.losses import database_losses
from stratakit.revisions.replaced import NAME, replaced_ids
from stratakit.runtime.environment import Environment, database_url

IRREVERSIBLE = "It replaces the revisions before it, which are not here any more."
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Squash:
    """A first revision and what it replaces.

    Args:
        path: its file.
        replaced_by: its id.
        replaced: the ids of the revisions, in the order of their ids.
        rows: the tables into which they insert rows, with the number, which it does not.
        undo_command: what restores the files.
    """

    path: Path
    replaced_by: str
    replaced: Sequence[str]
    rows: Sequence[str]
    undo_command: str


def write_squash(project: Environment, through: str | None) -> Squash:
    """Replace all revisions up to one, that one included, by a revision with its id.

    The schema is that of a scratch database. Where the revisions cannot create it, because the
    history began with existing tables, it is read from the project's database.

    Args:
        project: what env.py says.
        through: the last revision to replace; None for the head.

    Raises:
        UsageError: a later revision follows one that would be replaced, or git does not have the
            files.
        StrataError: the revisions do not run and the database is at another one, or the new
            revision creates another schema. All files are unchanged then.
    """
    config = project.config
    revisions = history.read(config.revision_files)
    last = _last_revision(revisions, through)
    replaced = [revisions[each] for each in sorted(revisions.ancestors([last.id]))]
    if len(replaced) < 2:
        raise UsageError(
            f"{last.id} is the first revision: there is nothing to replace.",
            hint=f"See the others: {MIGRATE} history",
        )
    _require_committed(config.versions, [*revisions.values()])
    ids = sorted({each.id for each in replaced} | {*_replaced_before(replaced)})
    with _database_at(project, last.id) as (connection, url, rows):
        expected = match.read_included(connection, project)
        first = FirstRevision(
            Revision(last.id, (), last.path.with_name(f"{last.id}_squash.py"), "squash"),
            f"It replaces {len(ids)} revisions, the last of which is {last.id} ({last.message}).",
            IRREVERSIBLE,
            _labels(replaced),
            f"{NAME} = (\n" + "".join(f'    "{each}",\n' for each in ids) + ")\n",
            _comment(rows),
        )
        before = {each.path: each.path.read_bytes() for each in replaced}
        try:
            for path in before:
                path.unlink()
            baseline.write_schema(project, connection, url, expected, first)
        except BaseException:
            first.revision.path.unlink(missing_ok=True)
            for path, content in before.items():
                path.write_bytes(content)
            raise
    return Squash(
        first.revision.path,
        last.id,
        ids,
        rows,
        _undo_command(config, first.revision.path, replaced),
    )


def _last_revision(revisions: RevisionHistory, through: str | None) -> Revision:
    """Return the revision to end with, which all later revisions follow.

    Raises:
        UsageError: there is no such revision, or there are several heads.
    """
    if through is None and len(revisions.heads) == 1:
        through = revisions.heads[0]
    if through is None:
        raise UsageError(
            f"There are {len(revisions.heads)} heads, and a squash ends with one revision.",
            hint=_suggest(revisions) or f"Merge the heads first: {MIGRATE} merge",
        )
    if through not in revisions:
        raise UsageError(f"There is no revision {through}.", hint=_suggest(revisions))
    if later := _branches_before(revisions, through):
        raise UsageError(
            f"{', '.join(sorted(later))} follows a revision before {through}.",
            detail="It would follow a revision that is not there any more.",
            hint=_suggest(revisions) or f"Merge the heads first: {MIGRATE} merge",
        )
    return revisions[through]


def _branches_before(revisions: RevisionHistory, last: str) -> set[str]:
    """Return the revisions that would lose their parent."""
    replaced = revisions.ancestors([last])
    parents = replaced - {last}
    return {each.id for each in revisions.values() if parents & {*each.parents}} - replaced


def _suggest(revisions: RevisionHistory) -> str:
    """Return the commands that end with the newest revisions that all others precede or follow."""
    ends = sorted(
        (len(revisions.ancestors([each])), each)
        for each in revisions
        if revisions[each].parents and not _branches_before(revisions, each)
    )
    return "\n".join(
        f"Replace all up to {each}: {MIGRATE} adopt --squash --through {each}"
        for _, each in ends[-MOST_SUGGESTED:]
    )


def _undo_command(config: Config, new: Path, replaced: Sequence[Revision]) -> str:
    folders = {each.path.parent for each in replaced}
    record = {manifest.hashes_path(config), manifest.snapshot_path(config)}
    committed = {each for each in record if git.is_committed(each) and each.parent not in folders}
    if config.adopted in {each.id for each in replaced}:
        committed.add(config.root / "strata.toml")
    restored = shlex.join(sorted(os.path.relpath(each) for each in folders | committed))
    written = shlex.quote(os.path.relpath(new))
    return f"git restore --staged --worktree {restored} && git clean -f {written}"


def _require_committed(versions: Path, revisions: Sequence[Revision]) -> None:
    """Raise a UsageError if git could not undo the squash."""
    uncommitted = git.uncommitted_files(versions)
    if uncommitted is None:
        raise UsageError(
            f"{versions} is in no commit of git.",
            detail="The files of the replaced revisions are deleted, and git restores them.",
            hint=f"Commit them first: git add {versions} && git commit",
        )
    changed = [each.path for each in revisions if each.path.resolve() in uncommitted]
    if changed:
        names = " ".join(str(each) for each in changed)
        raise UsageError(
            f"{len(changed)} revisions are not committed as they are: {names}",
            detail="Their files are deleted, and git restores them.",
            hint=f"Commit them first: git add {names} && git commit",
        )


def _replaced_before(replaced: Sequence[Revision]) -> Iterator[str]:
    """Yield the revisions that an earlier squash has replaced."""
    for each in replaced:
        yield from replaced_ids(each)


def _labels(replaced: Sequence[Revision]) -> tuple[str, ...]:
    """Return the labels of the replaced branches, which commands may still name."""
    declared = (history.read_file(each.path).branch_labels for each in replaced)
    return tuple(sorted({label for labels in declared for label in as_tuple(labels)}))


@contextmanager
def _database_at(
    project: Environment, revision: str
) -> Iterator[tuple[Connection, DatabaseURL, Sequence[str]]]:
    """Connect to a database at a revision: a new one, or the project's if that is impossible.

    Yields:
        The connection, its URL, and the tables of a new database with their rows.
    """
    config = project.config
    with scratch.database(config) as url:
        try:
            scratch.upgrade(url, config, revision)
        except (CommandError, StrataError) as error:
            failure = error
        else:
            with connect(url, read_only=True) as connection:
                yield connection, url, _rows(project, connection)
            return
    with connect(database_url(config), read_only=True) as connection:
        if project.context(connection).get_current_heads() != (revision,):
            raise StrataError(
                f"The revisions up to {revision} cannot be run on an empty database: {failure}",
                detail="So the schema has to be read from a database at this revision, and "
                f"{project.database.name} is at another revision.",
                hint=f"Set DATABASE_URL to a database that is at {revision}.",
            ) from failure
        yield connection, project.database, ()


def _rows(project: Environment, connection: Connection) -> Sequence[str]:
    losses = database_losses(connection)
    return [each.description for each in losses if each.name != project.version_table]


def _comment(rows: Sequence[str]) -> str:
    """Return the review comment that names the rows."""
    if not rows:
        return ""
    return (
        "    # FINDING: The replaced revisions insert rows, and this one does not:\n"
        f"    #   {'; '.join(rows)}.\n"
        "    #   If a new database needs them, insert them here: op.bulk_insert(...)\n"
    )
