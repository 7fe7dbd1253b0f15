"""Write the revisions of a change in several steps."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate.change import Change
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.drift import record
from stratakit.lint import linter
from stratakit.recipes import Plan, Recipe, Request, find_recipe, load_recipes
from stratakit.revisions import backfills
from stratakit.revisions.run_options import RunOptions
from stratakit.scratch import environment
from stratakit.scratch.revision import write_revisions


@dataclass(frozen=True)
class RecipeResult:
    """The files that a recipe has written, and the steps of the deployment.

    Args:
        paths: the revisions in the order in which they run, then the backfills.
        timeline: what a team does, a sentence for each step.
        unrecorded: why the snapshot was not written; else empty.
    """

    paths: Sequence[Path]
    timeline: Sequence[str]
    unrecorded: str = ""


@command
def recipe(
    config: Config,
    name: str,
    target: str,
    to: str = "",
    *,
    value: str = "",
    back: str = "",
) -> RecipeResult:
    """Write the revisions and the backfill of a change in several steps.

    The models must have the final form. What is written has passed the linter, which
    runs each revision up, down and up again; else nothing is written.

    Args:
        config: the project's.
        name: of the recipe, such as `rename-column`.
        target: the table, or the table and its column, constraint or index, such as `orders.total`.
        to: the new name of a column.
        value: an SQL expression of the row's columns: the value of the new column.
        back: the value of the old column.

    Raises:
        StrataError: the linter found something, or env.py or a revision cannot be run.
        UsageError: there is no such recipe for the database, or the models do not differ so.
        DatabaseUnavailable: no scratch database can be created.
    """
    chosen = find_recipe(name)
    project = environment.capture(config)
    config = project.config
    if config.database not in chosen.backends:
        raise UsageError(
            f"The recipe {name} is not for {config.database}.",
            detail=f"It is for {' and '.join(chosen.backends)}.",
            hint=f'Write the revision of the models: {MIGRATE} create "..."',
        )
    table, subject = _split_target(chosen, target)
    plans: list[Plan] = []

    def set_steps(change: Change, context: MigrationContext) -> None:
        assert context.connection is not None
        plan = chosen.plan(Request(change, context.connection, table, subject, to, value, back))
        change.steps = plan.steps
        plans.append(plan)

    message = chosen.message(table, subject, to)
    with redirect_stdout(sys.stderr):
        scripts = write_revisions(project, message, RunOptions(steps=set_steps), autogenerate=True)
    paths = [Path(script.path) for script in scripts]
    try:
        paths += _write_backfills(config, plans[0])
        _refuse_findings(config, [script.revision for script in scripts], name)
    except BaseException:
        for path in paths:
            path.unlink()
        raise
    return RecipeResult(paths, plans[0].timeline, record.record_new_revision(project))


def recipes() -> Sequence[Recipe]:
    """Return all recipes, by their names."""
    return list(load_recipes().values())


def _split_target(chosen: Recipe, target: str) -> tuple[str, str]:
    if "." not in chosen.target:
        return target, ""
    table, _, subject = target.rpartition(".")
    if not table:
        raise UsageError(
            f"{target} names no {chosen.target.partition(' ')[0]}.",
            hint=f"{MIGRATE} recipe {chosen.name} {chosen.target}",
        )
    return table, subject


def _write_backfills(config: Config, plan: Plan) -> list[Path]:
    folder = backfills.folder(config)
    paths = []
    for name, source in plan.backfills.items():
        path = folder / f"{name}.py"
        if path.exists():
            raise UsageError(
                f"{path} exists.",
                detail="Databases may contain the progress of this backfill.",
                hint="Rename the existing file, and the `requires` that name it.",
            )
        folder.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        paths.append(path)
    return paths


def _refuse_findings(config: Config, revisions: Sequence[Any], name: str) -> None:
    result = linter.lint(config, revisions)
    if result.findings:
        raise StrataError(
            "\n".join(map(str, result.findings)),
            detail=f"The recipe {name} does not suit this table: nothing was written.",
            hint=f'Write the revision, and split it yourself: {MIGRATE} create "..."',
        )
