"""The arguments of `context.configure()`: env.py's own, and what stratakit adds to them."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple

from stratakit import operations as operations
from stratakit.autogenerate.options import comparison
from stratakit.config import Backend, Config
from stratakit.orm.discovery import combine
from stratakit.revisions import log
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


def _process_directives(*given: Any) -> None:
    # Only a run that writes a revision waits for the import.
    from stratakit.runtime import directives

    directives.process_directives(*given)


def _render_item(*given: Any) -> Any:
    from stratakit.runtime import directives

    return directives.render_item(*given)


def _both(first: Callable[..., bool], second: Callable[..., bool], item: Any, *rest: Any) -> bool:
    return bool(first(item, *rest)) and bool(second(item, *rest))


def _is_not_ours(
    _own: Callable[..., bool], name: str | None, kind: str, parents: dict[str, str | None]
) -> bool:
    return not (kind == "table" and name in OWN_TABLES)


def _call_after_step(
    options: RunOptions, *, ctx: MigrationContext, heads: Collection[str], **_: object
) -> None:
    if options.after_step and not ctx.as_sql:
        options.after_step(ctx, heads)


def _refuse_orphans(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        sqlite_batch.refuse_orphans(ctx.connection)
