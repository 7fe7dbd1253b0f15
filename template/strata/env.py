"""Alembic's environment: the same for the command line, plain `alembic`, a running application
and a connection that a caller hands over in `config.attributes["connection"]`.

It is synchronous on purpose: it works inside a running event loop as it is, where
`asyncio.run()` would fail. It configures no logging of the application's.
"""

import logging
import sys
from contextlib import nullcontext
from functools import partial
from io import StringIO
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, StampStep
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import NoInspectionAvailable

from strata import (
    autogenerate,
    compare,
    explain,
    locks,
    log,
    models,
    plan,
    production,
    recreate,
    schemas,
    timeouts,
    urls,
    verified,
)
from strata.config import Config, Family, load
from strata.connection import connected
from strata.errors import Problem
from strata.patience import Patience
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
        elif isinstance(handed_over, Engine):
            with handed_over.connect() as connection:
                _run_on(connection, config)
        elif handed_over is not None:
            _run_on(handed_over, config)
        else:
            with connected(urls.current(config)) as connection:
                _run_on(connection, config)
    except Problem as problem:
        raise CommandError(str(problem)) from problem


def _write_sql(config: Config) -> None:
    """Write the SQL of all steps, or none: half of a migration is none."""
    url = urls.configured(config)
    family = url.family if url else config.database
    written = StringIO()
    context.configure(
        dialect_name=family,
        output_buffer=written,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=True,
        **_options(config, family),
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    except (AttributeError, NoInspectionAvailable, TypeError) as error:
        explained = explain.unanswered(error, context.script)
        if explained is None:
            raise
        raise explained from error
    (context.config.output_buffer or sys.stdout).write(written.getvalue())


def _run_on(connection: Connection, config: Config) -> None:
    family = urls.FAMILIES[connection.dialect.name]
    options = {
        "connection": connection,
        "transaction_per_migration": True,
        "transactional_ddl": family != "mysql",
        **_options(config, family),
    }
    outermost = not connection.in_transaction()
    context.configure(**options)
    asked = context.get_context()
    if "revision_context" in asked.opts or asked.opts.get("dont_mutate"):
        plan.refuse_unknown_revision(config, asked.get_current_heads())
        _compare(config, asked)
        return
    # Nothing is read before: on SQLite it would wait for another migrator's transaction, and fail.
    patience = Patience.of(config)
    with (
        locks.held(connection, family, wait=patience.wait_seconds) as lock,
        timeouts.session(connection, family, patience) if outermost else nullcontext() as kind,
    ):
        if not asked.opts.get("purge"):
            if plan.is_upgrade(asked) and (ahead := plan.ahead(config, connection)):
                logging.getLogger(__name__).warning(ahead)
                return
            plan.refuse_unknown_revision(config, asked.get_current_heads())
        watch = Watch(
            connection,
            transactional=options["transactional_ddl"],
            heads=asked.get_current_heads(),
        )
        checks = partial(_check, connection, config)
        if asked.opts.get("purge"):
            # Alembic empties alembic_version before it asks for the first step.
            checks(list(asked.opts["fn"]((), asked)))
        if outermost:
            # A transaction that is open here would be the caller's to Alembic, which then
            # commits nothing.
            connection.rollback()
        if plan.is_upgrade(asked):
            schemas.make(connection, config, options["target_metadata"])
            if outermost:
                connection.commit()
        options["fn"] = watch.steps(asked.opts["fn"], checks)
        with watch, recreate.guarded(connection):
            if outermost:
                with timeouts.bounded(connection, kind, lock, watch) as turn:
                    _migrate(config, watch, options, turn)
                verified.require_stamped(connection, watch)
            else:
                _migrate(config, watch, options)


def _compare(config: Config, asked: MigrationContext) -> None:
    """Run a command that only reads the database: current, check, revision."""
    if "revision_context" in asked.opts:
        arguments = asked.opts["revision_context"].command_args
        if arguments["message"] is not None and arguments["head"] == "head":
            plan.require_one_head(asked.opts["script"])
        autogenerate.refuse_creation(
            config,
            arguments,
            asked.opts["script"].get_heads(),
            asked.get_current_heads(),
        )
    context.run_migrations()


def _migrate(
    config: Config, watch: Watch, options: dict[str, Any], turn: timeouts.Turn | None = None
) -> None:
    """Run a command that changes the database: upgrade, downgrade, stamp."""
    while True:
        context.configure(**options)
        try:
            with context.begin_transaction():
                context.run_migrations()
            return
        except Problem:
            raise
        except Exception as error:
            if explain.interrupted(error):
                raise KeyboardInterrupt from error
            if turn and turn.goes_on(error):
                continue
            left = turn.left(error) if turn else []
            explained = explain.explained(error, config, context.script, watch, left)
            if explained is None:
                raise
            raise explained from error


def _check(connection: Connection, config: Config, steps: list[Any]) -> None:
    """Refuse a stamp that is not true, and ask before data is lost in production."""
    if any(isinstance(step, StampStep) for step in steps):
        if not context.config.attributes.get("stamp_is_settled"):
            target = steps[-1].to_revisions_no_deps
            compare.refuse_difference(connection, config, target[0] if target else None)
        return
    plan.refuse_irreversible([step.revision for step in steps if step.is_downgrade])
    if production.in_production(config):
        url = connection.engine.url
        name = DatabaseURL(urls.FAMILIES[connection.dialect.name], url).name
        production.confirm_loss(steps, name, _confirmed())
    if steps and (prepare := context.config.attributes.get("before_the_first_step")):
        prepare()


def _confirmed() -> str | None:
    """The database's name as it was given beforehand, by our command line or by Alembic's."""
    given = context.get_x_argument(as_dictionary=True).get("yes")
    return context.config.attributes.get("yes") or (given if isinstance(given, str) else None)


def _keep_whole(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        recreate.refuse_orphans(ctx.connection)


def _options(config: Config, family: Family) -> dict[str, Any]:
    return {
        **autogenerate.comparison(models.metadata(config), config.allowed),
        "render_as_batch": family == "sqlite",
        "on_version_apply": [
            log.recorder(context.config.attributes.get("note")),
            *([_keep_whole] if family == "sqlite" else []),
        ],
        "process_revision_directives": partial(
            autogenerate.review, config, context.config.attributes.get("told", str)
        ),
        "render_item": autogenerate.render_item,
    }
