"""A run that changes a database: the plan, the lock, the steps with their guards, the end."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, StampStep
from alembic.script import Script
from sqlalchemy import Connection

from stratakit import locking
from stratakit.config import Backend, Config
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.engine.connect import connect
from stratakit.engine.identity import database_identity
from stratakit.engine.migration import reading, sqlite_transactions
from stratakit.engine.url import BACKENDS, DatabaseURL, read_url
from stratakit.locking import MigrationLock
from stratakit.locking.policy import WaitPolicy
from stratakit.revisions import position
from stratakit.revisions.guards import (
    refuse_autocommit,
    refuse_invalid_position,
    refuse_irreversible,
    refuse_open_comments,
    require_head,
)
from stratakit.revisions.losses import downgrade_losses
from stratakit.revisions.plan import AMBIGUOUS
from stratakit.revisions.review_comments import describe_comment, find_comments
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime import (
    consent,
    failures,
    guards,
    retry,
    sqlite_batch,
    stamp_check,
    version_table,
)
from stratakit.runtime.arguments import guarded_arguments
from stratakit.runtime.environment import require_identity
from stratakit.runtime.guard import Arguments, RunAgain
from stratakit.runtime.monitor import RunMonitor
from stratakit.runtime.requirements import check_requirements
from stratakit.runtime.retry import Attempts, RetryingRun
from stratakit.runtime.sqlite_restore import restoring_batches

logger = logging.getLogger(__name__)

StepFunction = Callable[..., Iterable[Any]]


class StepSource:
    """The function from which Alembic gets its steps, which the run replaces by its own.

    Args:
        original: the one of Alembic's command.
        is_in_transaction: whether env.py had a transaction open when it called `configure()`.
    """

    def __init__(self, original: StepFunction, *, is_in_transaction: bool) -> None:
        self.original = original
        self.current = original
        self.is_in_transaction = is_in_transaction

    def __call__(self, heads: Any, context: MigrationContext) -> Iterable[Any]:
        return self.current(heads, context)

    @property
    def is_upgrade(self) -> bool:
        """True if Alembic runs an upgrade."""
        return getattr(self.original, "__name__", "") == "upgrade"


class ChangeRun:
    """One run of env.py on behalf of a command that changes a database or writes a revision.

    Args:
        config: the project's.
        options: the command's.
        can_run_again: whether env.py is run again if its own transaction has to be left: not if
            plain `alembic` runs it.
    """

    ends_transactions = False

    def __init__(self, config: Config, options: RunOptions, *, can_run_again: bool = True) -> None:
        # A misspelled ENVIRONMENT is refused, though nothing may be lost this time.
        self._in_production = config.in_production and not options.is_scratch
        self.is_read_only = options.dry_run
        self._config = config
        self._options = options
        self._can_run_again = can_run_again
        self._policy = WaitPolicy.from_config(config)
        self._started = time.monotonic()
        self._attempts = Attempts()
        self._resources = ExitStack()
        self._plans: list[Collection[str]] = []
        self._count = 0

    def arguments(self, environment: EnvironmentContext, given: Arguments) -> Arguments:
        """Return env.py's own with what stratakit adds."""
        connection: Connection | None = given.get("connection")
        if connection is None:
            raise UsageError(
                "env.py calls context.configure() without a connection, though it is not offline.",
                hint="Pass one: context.configure(connection=connection, ...)",
            )
        backend = _backend(connection)
        arguments = guarded_arguments(self._config, self._options, backend, given)
        if (
            backend == "sqlite"
            and arguments["transaction_per_migration"]
            and not connection.in_transaction()
        ):
            arguments.setdefault("transactional_ddl", True)
        steps = environment.context_opts["fn"]
        if isinstance(steps, StepSource):
            # Alembic keeps it for the next database of the same env.py.
            steps = steps.original
        source = StepSource(steps, is_in_transaction=connection.in_transaction())
        return {**arguments, "fn": source}

    def execute(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Run what Alembic's command asks for.

        Raises:
            StrataError: it was refused or failed.
        """
        connection = context.connection
        assert connection is not None
        if "revision_context" in context.opts or context.opts.get("dont_mutate"):
            refuse_invalid_position(self._config, context.get_current_heads())
            self._compare(context, proceed)
            return
        is_begun = connection.in_transaction()
        assert context.script is not None
        # A revision may execute a statement when it is imported, through `alembic.op`.
        context.script.get_heads()
        version_table.make_room(context)
        chosen: Collection[str] | None = None
        if self._options.plan:
            chosen = self._plan(connection, context, self._options.plan)
        is_change = chosen is None or (bool(chosen) and not self._options.dry_run)
        if not is_begun and connection.in_transaction():
            (connection.commit if is_change else connection.rollback)()
        if is_change:
            self._change(connection, context, chosen, proceed)
        if self._options.finish:
            with reading(connection):
                self._options.finish(context)

    def close(self) -> None:
        """Release the lock of a run in a transaction of env.py, which has ended."""
        self._count = 0
        self._resources.close()

    def _plan(
        self,
        connection: Connection,
        context: MigrationContext,
        make_plan: Callable[[MigrationContext], Collection[str]],
    ) -> Collection[str]:
        """Plan once for each database, though env.py may be run again."""
        self._count += 1
        if len(self._plans) < self._count:
            with reading(connection):
                self._plans.append(make_plan(context))
        return self._plans[self._count - 1]

    def _compare(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Run a command of Alembic that only reads the database: current, check, revision."""
        if "revision_context" in context.opts:
            script = context.opts["script"]
            arguments = context.opts["revision_context"].command_args
            if arguments["message"] is not None and isinstance(arguments["head"], str):
                require_head(script, arguments["head"])
            guards.refuse_creation(
                self._config, arguments, script.get_heads(), context.get_current_heads()
            )
        proceed()

    def _change(
        self,
        connection: Connection,
        context: MigrationContext,
        chosen: Collection[str] | None,
        proceed: Callable[[], None],
    ) -> None:
        """Change the database, as the one migrator that holds the lock.

        Nothing is read before: on SQLite it would wait for another migrator's transaction, and
        fail.
        """
        backend = _backend(connection)
        # In a transaction of env.py nothing can be tried again, but by running env.py again.
        is_outermost = not connection.in_transaction() and context.opts["transaction_per_migration"]
        with ExitStack() as resources:
            if is_outermost and backend == "sqlite":
                resources.enter_context(sqlite_transactions(connection))
            scope = locking.Scope(schema=context.version_table_schema or "")
            lock = self._lock(connection, backend, scope, resources, is_outermost=is_outermost)
            kind = None
            if is_outermost or self._can_run_again:
                session = retry.waiting_session(
                    connection, backend, self._policy, is_outermost=is_outermost
                )
                kind = resources.enter_context(session)
            source: StepSource = context.opts["fn"]
            if not context.opts.get("purge"):
                ahead = source.is_upgrade and position.describe_ahead(self._config, context)
                if ahead:
                    logger.warning(ahead)
                    return
                refuse_invalid_position(self._config, context.get_current_heads())
            monitor = RunMonitor(
                connection,
                transactional=context.impl.transactional_ddl,
                heads=context.get_current_heads(),
                is_outermost=is_outermost,
                progress=self._options.progress,
                continue_command=self._options.continue_command,
            )
            check = partial(self._check_steps, context, source)
            steps = _only(source.original, chosen)
            if context.opts.get("purge"):
                # Alembic empties the version table before it asks for the first step.
                check(list(steps((), context)))
            if is_outermost:
                # A transaction that is open here would be env.py's to Alembic, which then
                # commits nothing.
                connection.rollback()
            source.current = monitor.steps(steps, check)
            if not self._options.is_scratch:
                source.current = check_requirements(source.current, self._config)
            resources.enter_context(monitor)
            resources.enter_context(sqlite_batch.guard_batches(connection))
            resources.enter_context(restoring_batches(connection))
            if kind is None:
                self._run_steps(context, monitor, proceed)
                return
            with retry.retrying_run(connection, kind, lock, monitor, self._attempts) as run:
                self._run_steps(context, monitor, proceed, run, is_outermost=is_outermost)
            if is_outermost:
                stamp_check.require_stamped(context, monitor)

    def _lock(
        self,
        connection: Connection,
        backend: Backend,
        scope: locking.Scope,
        resources: ExitStack,
        *,
        is_outermost: bool,
    ) -> MigrationLock:
        """Acquire the migration lock, for this run or until env.py has ended its transaction.

        In a transaction of env.py nobody waits: it would keep what the database looked like.
        """
        wait = self._policy.wait_seconds if is_outermost or not self._can_run_again else 0
        held = locking.migration_lock(connection, backend, wait=wait, scope=scope)
        if is_outermost:
            return resources.enter_context(held)
        if not self._can_run_again:
            return self._resources.enter_context(held)
        try:
            lock = self._resources.enter_context(held)
        except DatabaseUnavailable:
            if time.monotonic() - self._started > self._policy.wait_seconds:
                raise
            raise RunAgain(locking.POLL_SECONDS) from None
        self._resources.enter_context(locking.release_on_return(connection, lock))
        return lock

    def _run_steps(
        self,
        context: MigrationContext,
        monitor: RunMonitor,
        proceed: Callable[[], None],
        run: RetryingRun | None = None,
        *,
        is_outermost: bool = False,
    ) -> None:
        while True:
            try:
                proceed()
                return
            except (RunAgain, StrataError):
                raise
            except Exception as error:
                if failures.is_interrupt(error):
                    raise KeyboardInterrupt from error
                if run and run.wait_before_retry(error):
                    if is_outermost:
                        continue
                    raise RunAgain(0) from error
                stale = run.stale_indexes(error) if run else []
                assert context.script is not None
                explained = failures.explain_failure(
                    error,
                    self._config,
                    context.script,
                    monitor,
                    stale,
                    is_scratch=self._options.is_scratch,
                )
                if explained is None:
                    raise
                raise explained from error

    def _check_steps(self, context: MigrationContext, source: StepSource, steps: list[Any]) -> None:
        """Refuse a stamp that is not true, and ask before data is lost in production."""
        options = self._options
        assert context.connection is not None
        with reading(context.connection):
            ids = (each for step in steps for each in step.to_revisions_no_deps)
            version_table.require_room(context, ids)
        if any(isinstance(step, StampStep) for step in steps):
            if options.check_stamp:
                ids = steps[-1].to_revisions_no_deps
                options.check_stamp(context, self._config, ids[0] if ids else None)
            return
        revisions = [step.revision for step in steps]
        if source.is_in_transaction:
            refuse_autocommit(revisions)
        refuse_irreversible([step.revision for step in steps if step.is_downgrade])
        if not options.is_scratch:
            self._review([step.revision for step in steps if step.is_upgrade])
            self._require_consent(context, context.connection, steps)
        if steps and options.before_first_step:
            options.before_first_step(self._verified_url(context.connection))

    def _review(self, applied: Sequence[Script]) -> None:
        """Refuse open review comments in production; elsewhere name them, unless a plan did."""
        if self._in_production:
            refuse_open_comments(self._config, applied)
        elif self._options.plan is None:
            for comment in find_comments(Path(each.path) for each in applied):
                logger.warning("To review: %s", describe_comment(self._config.root, comment))

    def _require_consent(
        self, context: MigrationContext, connection: Connection, steps: list[Any]
    ) -> None:
        """Ask before data is lost: in production always, elsewhere if a downgrade finds rows."""
        options = self._options
        assert context.environment_context is not None
        given = context.environment_context.get_x_argument(as_dictionary=True)
        undone = [step.revision for step in steps if step.is_downgrade]
        with reading(connection):
            losses = downgrade_losses(connection, undone) if undone else []
        if self._in_production and (lines := consent.production_losses(steps)):
            lines += [f"  {loss.description}" for loss in losses]
            was_asked = consent.require_database_name(
                "This is production, and data would be lost:\n" + "\n".join(lines),
                self._url(connection).name,
                options.confirmed_database or _text(given.get("yes")) or None,
                interactive=options.interactive,
            )
            if was_asked:
                return
        subject = f"Undoing {', '.join(each.revision for each in undone)}"
        names = {*options.lose, *_text(given.get("lose")).split(",")}
        consent.require_consent(subject, losses, names, interactive=options.interactive)

    def _url(self, connection: Connection) -> DatabaseURL:
        url = read_url(connection.engine.url, self._config)
        assert url is not None
        return url

    def _verified_url(self, connection: Connection) -> DatabaseURL:
        """Return the URL of the database, for programs such as pg_dump."""
        url = self._url(connection)
        with connect(url, read_only=True) as other:
            require_identity(other, database_identity(connection), url)
        return url


def _text(argument: object) -> str:
    """Return the value of an argument `-x NAME=VALUE`."""
    return argument if isinstance(argument, str) else ""


def _backend(connection: Connection) -> Backend:
    if connection.dialect.name not in BACKENDS:
        raise UsageError(
            f"stratakit does not support databases of the kind {connection.dialect.name}."
        )
    return BACKENDS[connection.dialect.name]


def _only(function: StepFunction, chosen: Collection[str] | None) -> Callable[..., Iterator[Any]]:
    """Let the function that gives Alembic its steps give those of the chosen revisions alone."""

    def steps(heads: Any, context: Any) -> Iterator[Any]:
        try:
            every_step = function(heads, context)
        except AssertionError as error:
            raise UsageError(f"This is not a valid target: {str(error) or AMBIGUOUS}.") from error
        for step in every_step:
            if chosen is None or step.revision.revision in chosen:
                yield step

    return steps
