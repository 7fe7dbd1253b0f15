"""Undo revisions."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.revisions import plan, position
from stratakit.revisions.alembic_config import alembic_config
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.position import Position
from stratakit.revisions.run_options import RunOptions, StepProgress
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.run import run_environment
from stratakit.runtime.steps import downgrade_steps


@dataclass(frozen=True)
class DowngradeResult:
    """The result of a downgrade.

    Args:
        undone: the revisions that were undone, the last one first; with `dry_run` none was.
        position: the position of the database afterwards.
    """

    undone: Sequence[Script]
    position: Position


@command
def downgrade(
    config: Config,
    revision: str = "-1",
    *,
    dry_run: bool = False,
    confirmed_database: str | None = None,
    lose: Collection[str] = (),
    interactive: bool = False,
    on_plan: Callable[[Sequence[Script]], None] | None = None,
    progress: StepProgress | None = None,
) -> DowngradeResult:
    """Undo the last revision, or all that came after a revision.

    Args:
        config: the project's.
        revision: an id, `base` or a step such as `-2`.
        dry_run: make the plan and stop.
        confirmed_database: in production the database's name, since a downgrade loses data.
        lose: the tables and columns that may be lost, by their names.
        interactive: whether a person at the terminal may be asked for that.
        on_plan: called with the revisions before anything is changed.
        progress: called when a revision begins and ends.

    Raises:
        ConsentError: rows or values would be lost, and nobody has agreed.
        StrataError: there is no revision, the downgrade was refused, or a revision failed.
        DatabaseUnavailable: the database cannot be reached, or another migrator does not end.
    """
    require_revisions(config)
    undone: list[Script] = []
    positions: list[Position] = []

    def make_plan(context: MigrationContext) -> list[str]:
        undone.extend(plan.downgrades(config, context, revision))
        if on_plan:
            on_plan(undone)
        return [each.revision for each in undone]

    options = RunOptions(
        plan=make_plan,
        dry_run=dry_run,
        finish=lambda context: positions.append(position.read_position(config, context)),
        confirmed_database=confirmed_database,
        lose=lose,
        interactive=interactive,
        progress=progress,
    )
    run = ChangeRun(config, options)
    run_environment(
        alembic_config(config, revision=revision),
        run,
        downgrade_steps(revision),
        destination_rev=revision,
    )
    return DowngradeResult(undone, positions[0])
