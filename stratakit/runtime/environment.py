"""Alembic's environment: the same for the command line, plain `alembic`, a running application
and a connection that a caller hands over in `config.attributes["connection"]`.

It is synchronous on purpose: it works inside a running event loop as it is, where
`asyncio.run()` would fail. It configures no logging of the application's.
"""

import logging
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext, StampStep
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import NoInspectionAvailable

from stratakit import locking
from stratakit.autogenerate import pipeline, render
from stratakit.autogenerate.options import comparison
from stratakit.config import Backend, Config, load
from stratakit.diagnostics.command import project_root
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.drift.guards import refuse_difference
from stratakit.engine.connect import connect
from stratakit.engine.resolve import local_database, read_url
from stratakit.engine.url import BACKENDS, DatabaseURL
from stratakit.locking.policy import WaitPolicy
from stratakit.orm import discovery
from stratakit.revisions import log, position
from stratakit.revisions.environment import SNIPPET, Environment, capture, is_capture
from stratakit.revisions.guards import (
    is_upgrade,
    refuse_irreversible,
    refuse_unknown_revision,
    require_one_head,
)
from stratakit.runtime import confirmation, failures, guards, retry, sqlite_batch, stamp_check
from stratakit.runtime.monitor import RunMonitor

PLACEHOLDER = "driver://user:pass@localhost/dbname"
"""The URL that `alembic init` writes into alembic.ini."""


def run_migrations(*, target_metadata: MetaData | Sequence[MetaData], url: object = None) -> None:
    """Run what Alembic's command asks for, guarded: the last line of `migrations/env.py`.

    The command decides what that is: an upgrade, a downgrade, a stamp, a comparison or SQL. A
    connection in `config.attributes["connection"]` or a `sqlalchemy.url` that a caller set on
    Alembic's Config goes before `url`, and `url` before the one that alembic.ini may have.

    Args:
        target_metadata: the tables of the models, as `discover_models` returns them.
        url: the database as migrations reach it: text, a URL of SQLAlchemy or a pydantic secret.
            None is the variable DATABASE_URL of the environment or of `.env`, else the local
            database that strata.toml names.

    Raises:
        alembic.util.CommandError: the command was refused or failed; its cause is a `StrataError`
            that says why and what to do.
    """
    ini = context.config.config_file_name
    config = load(Path(ini).resolve().parent if ini else project_root())
    if hasattr(context.config.cmd_opts, "cmd"):
        logging.basicConfig(format="%(message)s")
        logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    try:
        _refuse_second_run()
        project = Environment(
            read_url(_url(config, url), config), discovery.combine(target_metadata)
        )
        if is_capture(context.config.attributes):
            capture(context.config.attributes, project)
        else:
            _run(config, project)
    except StrataError as problem:
        raise CommandError(str(problem)) from problem


def _refuse_second_run() -> None:
    """Raise a UsageError if env.py has configured Alembic before it calls `run_migrations`."""
    try:
        context.get_context()
    except Exception:
        # Alembic's own way to say that configure() was not called yet.
        return
    raise UsageError(
        "env.py calls context.configure() before it calls run_migrations().",
        detail="What it runs there is not guarded, and may reach another database than the one "
        "that a command means.",
        hint=f"Replace what it runs, from its first context.configure() on, by:\n{SNIPPET}",
    )


def _url(config: Config, named: object) -> object:
    """The URL that counts: a caller's, else the one that env.py names, else alembic.ini's.

    If none of them names one, it is the variable DATABASE_URL of the environment or of `.env`.
    """
    alembic = context.config
    given = alembic.get_main_option("sqlalchemy.url")
    written = AlembicConfig(alembic.config_file_name, toml_file=alembic.toml_file_name)
    in_file = written.get_main_option("sqlalchemy.url")
    if given != in_file:
        return given
    if named or in_file not in (None, PLACEHOLDER):
        return named or in_file
    return config.variable("MIGRATION_DATABASE_URL") or config.variable("DATABASE_URL")


def _run(config: Config, project: Environment) -> None:
    handed_over = context.config.attributes.get("connection")
    if context.is_offline_mode():
        _write_sql(config, project)
    elif isinstance(handed_over, Engine):
        with handed_over.connect() as connection:
            _run_on(connection, config, project.metadata)
    elif handed_over is not None:
        _run_on(handed_over, config, project.metadata)
    else:
        with connect(project.url or local_database(config)) as connection:
            _run_on(connection, config, project.metadata)


def _write_sql(config: Config, project: Environment) -> None:
    """Write the SQL of all steps, or none: half of a migration is none."""
    backend = project.url.backend if project.url else config.database
    written = StringIO()
    context.configure(
        dialect_name=backend,
        output_buffer=written,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=True,
        **_options(config, backend, project.metadata),
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    except (AttributeError, NoInspectionAvailable, TypeError) as error:
        explained = failures.explain_offline_failure(error, context.script)
        if explained is None:
            raise
        raise explained from error
    (context.config.output_buffer or sys.stdout).write(written.getvalue())


def _run_on(connection: Connection, config: Config, metadata: MetaData) -> None:
    backend = BACKENDS[connection.dialect.name]
    options = {
        "connection": connection,
        "transaction_per_migration": True,
        "transactional_ddl": backend != "mysql",
        **_options(config, backend, metadata),
    }
    outermost = not connection.in_transaction()
    context.configure(**options)
    asked = context.get_context()
    if "revision_context" in asked.opts or asked.opts.get("dont_mutate"):
        refuse_unknown_revision(config, asked.get_current_heads())
        _compare(config, asked)
        return
    # Nothing is read before: on SQLite it would wait for another migrator's transaction, and fail.
    policy = WaitPolicy.from_config(config)
    with (
        locking.migration_lock(connection, backend, wait=policy.wait_seconds) as lock,
        retry.waiting_session(connection, backend, policy) if outermost else nullcontext() as kind,
    ):
        if not asked.opts.get("purge"):
            if is_upgrade(asked) and (ahead := position.describe_ahead(config, connection)):
                logging.getLogger(__name__).warning(ahead)
                return
            refuse_unknown_revision(config, asked.get_current_heads())
        monitor = RunMonitor(
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
        options["fn"] = monitor.steps(asked.opts["fn"], checks)
        with monitor, sqlite_batch.guard_batches(connection):
            if kind:
                with retry.retrying_run(connection, kind, lock, monitor) as turn:
                    _migrate(config, monitor, options, turn)
                stamp_check.require_stamped(connection, monitor)
            else:
                _migrate(config, monitor, options)


def _compare(config: Config, asked: MigrationContext) -> None:
    """Run a command that only reads the database: current, check, revision."""
    if "revision_context" in asked.opts:
        arguments = asked.opts["revision_context"].command_args
        if arguments["message"] is not None and arguments["head"] == "head":
            require_one_head(asked.opts["script"])
        guards.refuse_creation(
            config,
            arguments,
            asked.opts["script"].get_heads(),
            asked.get_current_heads(),
        )
    context.run_migrations()


def _migrate(
    config: Config,
    monitor: RunMonitor,
    options: dict[str, Any],
    turn: retry.RetryingRun | None = None,
) -> None:
    """Run a command that changes the database: upgrade, downgrade, stamp."""
    while True:
        context.configure(**options)
        try:
            with context.begin_transaction():
                context.run_migrations()
            return
        except StrataError:
            raise
        except Exception as error:
            if failures.is_interrupt(error):
                raise KeyboardInterrupt from error
            if turn and turn.wait_before_retry(error):
                continue
            left = turn.left(error) if turn else []
            explained = failures.explain_failure(error, config, context.script, monitor, left)
            if explained is None:
                raise
            raise explained from error


def _check(connection: Connection, config: Config, steps: list[Any]) -> None:
    """Refuse a stamp that is not true, and ask before data is lost in production."""
    if any(isinstance(step, StampStep) for step in steps):
        if not context.config.attributes.get("stamp_is_settled"):
            target = steps[-1].to_revisions_no_deps
            refuse_difference(connection, config, target[0] if target else None)
        return
    refuse_irreversible([step.revision for step in steps if step.is_downgrade])
    if config.in_production:
        url = connection.engine.url
        name = DatabaseURL(BACKENDS[connection.dialect.name], url).name
        confirmation.confirm_loss(steps, name, _confirmed())
    if steps and (prepare := context.config.attributes.get("before_the_first_step")):
        prepare()


def _confirmed() -> str | None:
    """The database's name as it was given beforehand, by our command line or by Alembic's."""
    given = context.get_x_argument(as_dictionary=True).get("yes")
    return context.config.attributes.get("yes") or (given if isinstance(given, str) else None)


def _keep_whole(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        sqlite_batch.refuse_orphans(ctx.connection)


def _options(config: Config, backend: Backend, metadata: MetaData) -> dict[str, Any]:
    return {
        **comparison(metadata, config.allowed),
        "render_as_batch": backend == "sqlite",
        "on_version_apply": [
            log.recorder(context.config.attributes.get("note")),
            *([_keep_whole] if backend == "sqlite" else []),
        ],
        "process_revision_directives": partial(
            pipeline.review, config, context.config.attributes.get("told", str)
        ),
        "render_item": render.render_item,
    }
