"""The revision that autogenerate writes: what env.py, the catalogs and stratakit change in it.

In a module of its own: an upgrade would wait for the import.
"""

from collections.abc import Callable
from typing import Any

from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate import render
from stratakit.autogenerate.exclusions import exclude
from stratakit.autogenerate.pipeline import build_pipeline
from stratakit.autogenerate.renames import prompt
from stratakit.config import Config
from stratakit.revisions import accepted
from stratakit.revisions.allowed import is_allowed
from stratakit.revisions.run_options import RunOptions


def process_directives(
    config: Config,
    options: RunOptions,
    own: Callable[..., None] | None,
    context: MigrationContext,
    revision: Any,
    directives: list[Any],
) -> None:
    """Let env.py change what Alembic found, and then stratakit.

    Args:
        config: the project's, with the kind of the database.
        options: the command's.
        own: the function of env.py.
        context: of the run.
        revision: the heads that the revision follows, as Alembic passes them.
        directives: the scripts to write.
    """
    for script in directives:
        _reconcile(options, context, script)
        _exclude(config, options, script)
    if own:
        own(context, revision, directives)
    if directives:
        safe = build_pipeline(
            config.database,
            config.server_version,
            notify=options.describe or str,
            confirm=prompt.confirm if options.interactive else prompt.decline,
            plan=options.steps,
        )
        safe(context, revision, directives)


def _reconcile(options: RunOptions, context: MigrationContext, script: MigrationScript) -> None:
    """Let the catalogs decide on what Alembic found."""
    if options.reconcile is None or context.connection is None:
        return
    for upgrade, downgrade in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=False):
        options.reconcile(upgrade.ops, context.connection)
        upgrade.reverse_into(downgrade)


def _exclude(config: Config, options: RunOptions, script: MigrationScript) -> None:
    """Leave out of a revision what the project allows or has accepted, and what is older."""
    known = accepted.read(config).models

    def excludes(names: list[str], phrase: str) -> bool:
        return (
            is_allowed(config.allowed, names)
            or phrase in known
            or bool(options.is_older and options.is_older(phrase))
        )

    for upgrade, downgrade in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=False):
        if exclude(upgrade.ops, excludes):
            upgrade.reverse_into(downgrade)


def render_item(own: Callable[..., Any] | None, kind: str, item: Any, context: Any) -> Any:
    """Return the code of an item, as env.py says or else stratakit; False leaves it to Alembic.

    Args:
        own: the function of env.py.
        kind: such as `type` or `server_default`.
        item: the object.
        context: of the comparison.
    """
    rendered = own(kind, item, context) if own else False
    return render.render_item(kind, item, context) if rendered is False else rendered
