"""Apply the pending revisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import guards, plan, position
from stratakit.revisions.alembic_config import alembic_config
from stratakit.revisions.position import Position
from stratakit.revisions.review_comments import ReviewComment, find_comments
from stratakit.revisions.run_options import RunOptions, StepProgress
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.run import run_environment
from stratakit.runtime.steps import upgrade_steps
from stratakit.statistics import Statistics, read_statistics

if TYPE_CHECKING:
    from stratakit.lint.impact import Impact
    from stratakit.lint.rates import Rates


@dataclass(frozen=True)
class UpgradePlan:
    """The revisions that an upgrade is about to apply.

    Args:
        pending: the revisions to apply, in order.
        deferred: those that wait until no older code serves.
        review_comments: the review comments in pending revisions.
        ahead: that newer code has migrated the database already; else empty.
        impacts: with `dry_run`, the effects on tables whose size the server knows.
        rates: the rates by which they are estimated; None if nothing was measured.
    """

    pending: Sequence[Script] = ()
    deferred: Sequence[Script] = ()
    review_comments: Sequence[ReviewComment] = ()
    ahead: str = ""
    impacts: Sequence["Impact"] = ()
    rates: "Rates | None" = None


@dataclass(frozen=True)
class UpgradeResult:
    """The result of an upgrade.

    Args:
        plan: what was to be applied; with `dry_run` nothing was.
        position: the position of the database afterwards.
        backup: the backup that was made first, and what it was compared with.
    """

    plan: UpgradePlan
    position: Position
    backup: tuple[Path, str] | None = None


@command
def upgrade(
    config: Config,
    revision: str = "head",
    *,
    dry_run: bool = False,
    rolling: bool = False,
    backup: bool = False,
    confirmed_database: str | None = None,
    interactive: bool = False,
    on_plan: Callable[[UpgradePlan], None] | None = None,
    on_backup: Callable[[Path, str], None] | None = None,
    progress: StepProgress | None = None,
) -> UpgradeResult:
    """Apply the pending revisions: all, or those up to a revision.

    One process migrates; others that call it meanwhile wait, and find nothing to do.

    Args:
        config: the project's.
        revision: an id, `head` or a step such as `+1`.
        dry_run: make the plan and stop. If the server has a table of more than 1 MB, the pending
            revisions run on a scratch database, and the plan contains their effects.
        rolling: leave the last revisions if they are of the phase contract, since older code still
            serves.
        backup: back the database up first, and verify that.
        confirmed_database: in production the database's name, if a revision loses data.
        interactive: whether a person at the terminal may be asked for that.
        on_plan: called before anything is changed.
        on_backup: called with the backup and what it was compared with.
        progress: called when a revision begins and ends.

    Raises:
        StrataError: the upgrade was refused, or a revision failed.
        DatabaseUnavailable: the database cannot be reached, or another migrator does not end.
    """
    plans: list[UpgradePlan] = []
    positions: list[Position] = []
    backups: list[tuple[Path, str]] = []
    sizes: dict[int, Statistics] = {}

    def make_plan(context: MigrationContext) -> list[str]:
        made = _plan(config, context, revision, rolling=rolling)
        plans.append(made)
        if dry_run and made.pending and context.connection is not None:
            sizes[len(plans) - 1] = read_statistics(context.connection)
        elif on_plan:
            on_plan(made)
        return [each.revision for each in made.pending]

    def make_backup(url: DatabaseURL) -> None:
        # Each upgrade would wait for the import, and few make a backup.
        from stratakit.backup import verification

        # Where many start at once, only the one that migrates has the lock and gets here.
        backups.append(verification.create_verified(config, url, has_lock=True))
        if on_backup:
            on_backup(*backups[0])

    options = RunOptions(
        plan=make_plan,
        dry_run=dry_run,
        before_first_step=make_backup if backup else None,
        finish=lambda context: positions.append(position.read_position(config, context)),
        confirmed_database=confirmed_database,
        interactive=interactive,
        progress=progress,
        continue_command="upgrade --rolling" if rolling and revision in ("head", "heads") else "",
    )
    run = ChangeRun(config, options)
    run_environment(
        alembic_config(config, revision=revision),
        run,
        upgrade_steps(revision),
        destination_rev=revision,
    )
    for index, statistics in sizes.items():
        plans[index] = _with_impacts(config, plans[index], statistics)
        if on_plan:
            on_plan(plans[index])
    return UpgradeResult(plans[0], positions[0], backups[0] if backups else None)


def _with_impacts(config: Config, made: UpgradePlan, statistics: Statistics) -> UpgradePlan:
    """Add the effects of the revisions to a plan, unless all tables are small."""
    if all(size.is_small for size in statistics.values()):
        return made
    # Only a plan needs the linter.
    from stratakit.lint import linter
    from stratakit.scratch import environment

    if not config.names("database"):
        config = environment.capture(config).config
    impacts, rates = linter.observe(config, [each.revision for each in made.pending], statistics)
    return replace(made, impacts=impacts, rates=rates)


def _plan(
    config: Config, context: MigrationContext, revision: str, *, rolling: bool
) -> UpgradePlan:
    if revision in ("head", "heads") and (ahead := position.describe_ahead(config, context)):
        return UpgradePlan(ahead=ahead)
    pending = plan.upgrades(config, context, revision)
    guards.require_revisions(config)
    deferred: list[Script] = []
    # On a database that is new there is no older code.
    if rolling and context.get_current_heads():
        deferred = plan.deferred_contracts(config, pending)
        pending = pending[: len(pending) - len(deferred)]
    comments = find_comments(Path(each.path) for each in pending)
    return UpgradePlan(pending, deferred, comments)
