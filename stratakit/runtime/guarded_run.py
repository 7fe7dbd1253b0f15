"""One run on one connection: the plan, the lock, the steps with their guards, the end."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, StampStep
from sqlalchemy import Connection

from stratakit import locking
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.guards import refuse_difference
from stratakit.engine.migration import reading
from stratakit.engine.url import BACKENDS, DatabaseURL
from stratakit.locking.policy import WaitPolicy
from stratakit.revisions import position
from stratakit.revisions.guards import (
    is_upgrade,
    refuse_irreversible,
    refuse_unknown_revision,
    require_one_head,
)
from stratakit.runtime import confirmation, failures, guards, retry, sqlite_batch, stamp_check
from stratakit.runtime.monitor import RunMonitor
from stratakit.runtime.target import MigrationTarget

logger = logging.getLogger(__name__)


def run_on(connection: Connection, target: MigrationTarget) -> None:
    """Run what Alembic's command asks for on a connection.

    Args:
        connection: of `migration_engine`, or one that a caller has handed over.
        target: what is migrated, and how.

    Raises:
        StrataError: the command was refused or failed.
    """
    backend = BACKENDS[connection.dialect.name]
    arguments = {
        "connection": connection,
        "transactional_ddl": backend != "mysql",
        **target.configure_arguments(backend),
    }
    context.configure(**arguments)
    asked = context.get_context()
    if "revision_context" in asked.opts or asked.opts.get("dont_mutate"):
        refuse_unknown_revision(target.config, asked.get_current_heads())
        _compare(target, asked)
        return
    options = target.options
    chosen: Collection[str] | None = None
    if options.plan:
        with reading(connection):
            chosen = options.plan(connection)
    if chosen is None or (chosen and not options.dry_run):
        _change(connection, target, asked, arguments, chosen)
    if options.finish:
        with reading(connection):
            options.finish(connection)


def _compare(target: MigrationTarget, asked: MigrationContext) -> None:
    """Run a command that only reads the database: current, check, revision."""
    if "revision_context" in asked.opts:
        arguments = asked.opts["revision_context"].command_args
        if arguments["message"] is not None and arguments["head"] == "head":
            require_one_head(asked.opts["script"])
        guards.refuse_creation(
            target.config,
            arguments,
            asked.opts["script"].get_heads(),
            asked.get_current_heads(),
        )
    context.run_migrations()


def _change(
    connection: Connection,
    target: MigrationTarget,
    asked: MigrationContext,
    arguments: dict[str, Any],
    chosen: Collection[str] | None,
) -> None:
    """Run a command that changes the database, as the one migrator that holds the lock.

    Nothing is read before: on SQLite it would wait for another migrator's transaction, and fail.
    """
    backend = BACKENDS[connection.dialect.name]
    policy = WaitPolicy.from_config(target.config)
    # In a transaction of the caller's nothing can be tried again.
    outermost = not connection.in_transaction()
    with (
        locking.migration_lock(connection, backend, wait=policy.wait_seconds) as lock,
        retry.waiting_session(connection, backend, policy) if outermost else nullcontext() as kind,
    ):
        if not asked.opts.get("purge"):
            if is_upgrade(asked) and (ahead := position.describe_ahead(target.config, connection)):
                logger.warning(ahead)
                return
            refuse_unknown_revision(target.config, asked.get_current_heads())
        monitor = RunMonitor(
            connection,
            transactional=arguments["transactional_ddl"],
            heads=asked.get_current_heads(),
        )
        check = partial(_check_steps, connection, target)
        steps = _only(asked.opts["fn"], chosen)
        if asked.opts.get("purge"):
            # Alembic empties alembic_version before it asks for the first step.
            check(list(steps((), asked)))
        if outermost:
            # A transaction that is open here would be the caller's to Alembic, which then
            # commits nothing.
            connection.rollback()
        arguments["fn"] = monitor.steps(steps, check)
        with monitor, sqlite_batch.guard_batches(connection):
            if kind:
                with retry.retrying_run(connection, kind, lock, monitor) as run:
                    _run_steps(target, monitor, arguments, run)
                stamp_check.require_stamped(connection, monitor)
            else:
                _run_steps(target, monitor, arguments)


def _only(
    function: Callable[..., Iterable[Any]], chosen: Collection[str] | None
) -> Callable[..., Iterator[Any]]:
    """Let the function that gives Alembic its steps give those of the chosen revisions alone."""

    def steps(heads: Any, asked: Any) -> Iterator[Any]:
        for step in function(heads, asked):
            if chosen is None or step.revision.revision in chosen:
                yield step

    return steps


def _run_steps(
    target: MigrationTarget,
    monitor: RunMonitor,
    arguments: dict[str, Any],
    run: retry.RetryingRun | None = None,
) -> None:
    while True:
        context.configure(**arguments)
        try:
            with context.begin_transaction():
                context.run_migrations()
            return
        except StrataError:
            raise
        except Exception as error:
            if failures.is_interrupt(error):
                raise KeyboardInterrupt from error
            if run and run.wait_before_retry(error):
                continue
            stale = run.stale_indexes(error) if run else []
            explained = failures.explain_failure(
                error, target.config, context.script, monitor, stale
            )
            if explained is None:
                raise
            raise explained from error


def _check_steps(connection: Connection, target: MigrationTarget, steps: list[Any]) -> None:
    """Refuse a stamp that is not true, and ask before data is lost in production."""
    options = target.options
    if any(isinstance(step, StampStep) for step in steps):
        if not options.skip_stamp_check:
            ids = steps[-1].to_revisions_no_deps
            refuse_difference(connection, target.config, ids[0] if ids else None)
        return
    refuse_irreversible([step.revision for step in steps if step.is_downgrade])
    database = target.database or DatabaseURL(
        BACKENDS[connection.dialect.name], connection.engine.url
    )
    if target.config.in_production:
        confirmation.confirm_loss(
            steps, database.name, _confirmed(target), interactive=options.interactive
        )
    if steps and options.before_first_step:
        options.before_first_step(database)


def _confirmed(target: MigrationTarget) -> str | None:
    """The database's name as it was given beforehand, by our command line or by Alembic's."""
    given = context.get_x_argument(as_dictionary=True).get("yes")
    return target.options.confirmed_database or (given if isinstance(given, str) else None)
