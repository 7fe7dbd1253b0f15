"""Remove a revision that was not committed."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from stratakit.commands._downgrade import downgrade
from stratakit.commands._errors import command
from stratakit.commands._local import require_local
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.drift import record
from stratakit.engine.connect import connect
from stratakit.revisions import git, history
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.position import Position, read_position
from stratakit.revisions.run_options import StepProgress
from stratakit.scratch import environment


@dataclass(frozen=True)
class DiscardResult:
    """A revision that was removed.

    Args:
        path: its file, which is gone.
        undone: whether it was undone in the local database first.
        position: the position of the database afterwards.
        unrecorded: why the snapshot was not written; else empty.
    """

    path: Path
    undone: bool
    position: Position
    unrecorded: str = ""


@command
def discard(
    config: Config,
    revision: str = "head",
    *,
    confirmed_database: str | None = None,
    lose: Collection[str] = (),
    interactive: bool = False,
    progress: StepProgress | None = None,
) -> DiscardResult:
    """Undo the newest revision in the local database, and delete its file and its record.

    Args:
        config: the project's.
        revision: its id; by default that of the one head.
        confirmed_database: the database's name, if env.py connects to one on this machine.
        lose: the tables and columns that may be lost, by their names.
        interactive: whether a person at the terminal may be asked.
        progress: called when a revision begins and ends.

    Raises:
        ConsentError: rows or values would be lost, and nobody has agreed.
        UsageError: it is no head, it was committed, or it was applied to a database that is not the
            local one.
        StrataError: there is no revision, or it cannot be undone.
    """
    require_revisions(config)
    known = history.read(config.revision_files)
    if revision == "head" and len(known.heads) == 1:
        revision = known.heads[0]
    if revision not in known.heads:
        raise UsageError(
            f"{revision} is not one of the newest revisions: {', '.join(known.heads) or 'none'}.",
            detail="Other revisions follow it.",
            hint=f"See the revisions: {MIGRATE} history",
        )
    discarded = known[revision]
    if git.is_committed(discarded.path):
        raise UsageError(
            f"{discarded.path.name} was committed.",
            detail="Another database may have run it.",
            hint=f'Write a revision that undoes it: {MIGRATE} create "..."',
        )
    project = environment.capture(config)
    with connect(project.database, read_only=True) as connection:
        applied = revision in project.context(connection).get_current_heads()
    if applied:
        require_local(config, project, confirmed_database, interactive=interactive)
        downgrade(
            config,
            ",".join(discarded.parents) or "base",
            lose=lose,
            interactive=interactive,
            progress=progress,
        )
    discarded.path.unlink()
    unrecorded = record.record_new_revision(project)
    with connect(project.database, read_only=True) as connection:
        stands = read_position(config, project.context(connection))
    return DiscardResult(discarded.path, applied, stands, unrecorded)
