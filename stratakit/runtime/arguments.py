"""The arguments of `context.configure()`: env.py's own, and what stratakit adds to them."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple

from stratakit.autogenerate import render
from stratakit.autogenerate.exclusions import exclude
from stratakit.autogenerate.options import comparison
from stratakit.autogenerate.pipeline import build_pipeline
from stratakit.autogenerate.renames import prompt
from stratakit.config import Backend, Config
from stratakit.orm.discovery import combine
from stratakit.revisions import accepted, log
from stratakit.revisions.allowed import is_allowed
from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime import sqlite_batch
from stratakit.runtime.guard import Arguments

FILTERS = ("include_name", "include_object")


def comparison_arguments(
    config: Config, given: Arguments, *, by_catalogs: bool = False
) -> Arguments:
    """Return the arguments of a comparison: what env.py gave, else stratakit's.

    A filter of env.py and stratakit's both have to include an object. Server defaults are compared
    only if env.py asks for it, as Alembic does.

    Args:
        config: the project's, for the objects that it allows.
        given: the arguments of env.py.
        by_catalogs: whether a scratch database is compared, by its catalog, too. Alembic would
            evaluate server defaults in the database, and fail.
    """
    declared = given.get("target_metadata")
    if declared is None:
        return dict(given)
    own = comparison(combine(declared), config.allowed)
    if by_catalogs and config.database == "postgresql":
        # Every schema of a scratch database is the migrations' own.
        own["include_schemas"] = True
        own["include_name"] = partial(_is_not_ours, own["include_name"])
    if "include_schemas" in given:
        own["include_name"] = partial(_is_not_ours, own["include_name"])
    for name in FILTERS:
        if filter_ := given.get(name):
            own[name] = partial(_both, filter_, own[name])
    kept = {key: value for key, value in given.items() if key not in FILTERS}
    if kept.get("compare_type") is True:
        # stratakit's function leaves to Alembic what it does not decide.
        del kept["compare_type"]
    if by_catalogs and kept.get("compare_server_default") is True:
        del kept["compare_server_default"]
    return {
        **own,
        "compare_server_default": False,
        **kept,
        "target_metadata": own["target_metadata"],
    }


def guarded_arguments(
    config: Config, options: RunOptions, backend: Backend, given: Arguments
) -> Arguments:
    """Return the arguments of a run that changes a database or writes a revision.

    Args:
        config: the project's.
        options: the command's.
        backend: the kind of the database.
        given: the arguments of env.py.
    """
    # strata.toml need not name the kind of the database.
    config = replace(config, database=backend)
    callbacks = to_tuple(given.get("on_version_apply"), default=())
    return {
        "transaction_per_migration": True,
        "render_as_batch": backend == "sqlite",
        **comparison_arguments(config, given, by_catalogs=options.reconcile is not None),
        "on_version_apply": (
            *callbacks,
            log.recorder(options.note),
            partial(_call_after_step, options),
            *([_refuse_orphans] if backend == "sqlite" else []),
        ),
        "process_revision_directives": partial(
            _process_directives, config, options, given.get("process_revision_directives")
        ),
        "render_item": partial(_render_item, given.get("render_item")),
    }


def _both(first: Callable[..., bool], second: Callable[..., bool], item: Any, *rest: Any) -> bool:
    return bool(first(item, *rest)) and bool(second(item, *rest))


def _is_not_ours(
    _own: Callable[..., bool], name: str | None, kind: str, parents: dict[str, str | None]
) -> bool:
    return not (kind == "table" and name in OWN_TABLES)


def _process_directives(
    config: Config,
    options: RunOptions,
    own: Callable[..., None] | None,
    context: MigrationContext,
    revision: Any,
    directives: list[Any],
) -> None:
    """Let env.py change what Alembic found, and then stratakit."""
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


def _render_item(own: Callable[..., Any] | None, kind: str, item: Any, context: Any) -> Any:
    rendered = own(kind, item, context) if own else False
    return render.render_item(kind, item, context) if rendered is False else rendered


def _call_after_step(
    options: RunOptions, *, ctx: MigrationContext, heads: Collection[str], **_: object
) -> None:
    if options.after_step and not ctx.as_sql:
        options.after_step(ctx, heads)


def _refuse_orphans(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        sqlite_batch.refuse_orphans(ctx.connection)
