"""Write the revision that a database is at, without running anything."""

from alembic.runtime.migration import MigrationContext

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.drift import guards
from stratakit.revisions import alembic_config, history, position
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.position import Position
from stratakit.revisions.replaced import refuse_replaced
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.environment import read_database
from stratakit.runtime.run import run_environment
from stratakit.runtime.steps import stamp_steps
from stratakit.scratch import environment


@command
def stamp(config: Config, revision: str, *, reason: str | None = None) -> Position:
    """Write the revision that a database is at, once its schema was compared with it.

    Args:
        config: the project's.
        revision: an id, `head` or `base`.
        reason: why to stamp without comparing, for the log; None compares.

    Returns:
        Where the database stands now.

    Raises:
        StrataError: there is no such revision, or the database is not what it makes.
        DatabaseUnavailable: the database or a scratch database cannot be had.
    """
    if revision != "base":
        require_revisions(config)
    target = alembic_config.scripts(config).get_revision(revision)
    project = None if reason else environment.capture(config)

    def read_heads(context: MigrationContext) -> tuple[str, ...]:
        if project:
            refuse_replaced(history.read(config.revision_files), context.get_current_heads())
            guards.refuse_difference(context, project, target.revision if target else None)
        return context.get_current_heads()

    heads = read_database(config, read_heads)
    known = history.read(config.revision_files)
    positions: list[Position] = []
    options = RunOptions(
        note=reason,
        finish=lambda context: positions.append(position.read_position(config, context)),
    )
    run_environment(
        alembic_config.alembic_config(config),
        ChangeRun(config, options),
        stamp_steps(revision),
        destination_rev=revision,
        purge=not set(heads) <= set(known) or bool(known.superfluous(heads)),
    )
    return positions[0]
