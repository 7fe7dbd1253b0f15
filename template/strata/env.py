"""Alembic's environment: the same for the command line, plain `alembic`, a running application
and a connection that a caller hands over in `config.attributes["connection"]`.

It is synchronous on purpose: it works inside a running event loop as it is, where
`asyncio.run()` would fail. It configures no logging of the application's.
"""

import logging
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, StampStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from strata import (
    autogenerate,
    compare,
    explain,
    locks,
    log,
    models,
    production,
    recreate,
    revisions,
    urls,
)
from strata.config import Config, Family, load
from strata.connection import connected
from strata.errors import Problem
from strata.urls import DatabaseURL
from strata.watch import Watch


def run() -> None:
    """Run the migrations that Alembic's command asks for: what `migrations/env.py` calls."""
    config = load()
    if hasattr(context.config.cmd_opts, "cmd"):
        logging.basicConfig(format="%(message)s")
        logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    try:
        handed_over = context.config.attributes.get("connection")
        if context.is_offline_mode():
            _write_sql(config)
        elif handed_over is not None:
            _run_on(handed_over, config)
        else:
            with connected(urls.current(config)) as connection:
                _run_on(connection, config)
    except Problem as problem:
        raise CommandError(str(problem)) from problem


def _write_sql(config: Config) -> None:
    url = urls.configured(config)
    family = url.family if url else config.database
    context.configure(
        dialect_name=family,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=True,
        **_options(config, family),
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on(connection: Connection, config: Config) -> None:
    family = urls.FAMILIES[connection.dialect.name]
    options = {
        "connection": connection,
        "transaction_per_migration": True,
        "transactional_ddl": family != "mysql",
        **_options(config, family),
    }
    context.configure(**options)
    asked = context.get_context().opts
    if "revision_context" in asked or asked.get("dont_mutate"):
        _compare(connection, config, asked)
    else:
        with locks.held(connection, family):
            _migrate(connection, config, options)


def _compare(connection: Connection, config: Config, asked: dict[str, Any]) -> None:
    """Run a command that only reads the database: current, check, revision."""
    if "revision_context" in asked:
        autogenerate.refuse_creation(
            config,
            asked["revision_context"].command_args,
            asked["script"].get_heads(),
            context.get_context().get_current_heads(),
        )
    context.run_migrations()


def _migrate(connection: Connection, config: Config, options: dict[str, Any]) -> None:
    """Run a command that changes the database: upgrade, downgrade, stamp.

    Alembic is given the same options again, with its steps watched.
    """
    asked = context.get_context()
    directory: ScriptDirectory = asked.opts["script"]
    heads = asked.get_current_heads()
    if not asked.opts.get("purge"):
        explain.refuse_unknown_revision(config, heads, revisions.read(config.versions))
    if connection.dialect.name == "sqlite":
        recreate.guard(connection)
    watch = Watch(connection, transactional=options["transactional_ddl"], heads=heads)

    def check(steps: list[Any]) -> None:
        if any(isinstance(step, StampStep) for step in steps):
            _require_truth(connection, config, steps)
        elif production.in_production(config):
            name = DatabaseURL(urls.FAMILIES[connection.dialect.name], connection.engine.url).name
            production.confirm_loss(steps, name, _confirmed())

    if not connection.in_nested_transaction():
        connection.rollback()
    context.configure(**options, fn=watch.steps(asked.opts["fn"], check))
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Problem:
        raise
    except Exception as error:
        explained = explain.explained(error, config, directory, watch)
        if explained is None:
            raise
        raise explained from error


def _require_truth(connection: Connection, config: Config, steps: list[Any]) -> None:
    if not context.config.attributes.get("force_stamp"):
        target = steps[-1].to_revisions_no_deps
        compare.refuse_difference(connection, config, target[0] if target else None)


def _confirmed() -> str | None:
    """The database's name as it was given beforehand, by our command line or by Alembic's."""
    given = context.get_x_argument(as_dictionary=True).get("yes")
    return context.config.attributes.get("yes") or (given if isinstance(given, str) else None)


def _keep_whole(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        recreate.refuse_orphans(ctx.connection)


def _options(config: Config, family: Family) -> dict[str, Any]:
    return {
        **autogenerate.comparison(models.metadata(config)),
        "render_as_batch": family == "sqlite",
        "on_version_apply": [
            log.recorder(context.config.attributes.get("force_stamp")),
            *([_keep_whole] if family == "sqlite" else []),
        ],
        "process_revision_directives": autogenerate.review,
        "render_item": autogenerate.render_item,
    }
