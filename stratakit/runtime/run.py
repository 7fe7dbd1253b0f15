"""One run of a project's env.py under a guard."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from stratakit.alembic_private import forget_run, nested_environment
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.alembic_config import DATABASE, ROOT, scripts, set_database
from stratakit.runtime.commits import CommitMonitor
from stratakit.runtime.env_errors import explain_environment_error
from stratakit.runtime.flask_application import application_context
from stratakit.runtime.guard import EnvironmentGuard, Run, RunAgain
from stratakit.runtime.missing_file import no_new_files
from stratakit.runtime.redirect import Target, redirected_connections, refuse_scratch_database

GUARD = "stratakit.guard"
"""Of Alembic's `Config.attributes`: the guard of the run, for `run_migrations`."""

Steps = Callable[[Any, MigrationContext], Iterable[Any]]
"""The function from which Alembic gets the steps of a run."""


def run_environment(
    alembic: AlembicConfig,
    run: Run,
    steps: Steps | None = None,
    *,
    target: Target | None = None,
    script: ScriptDirectory | None = None,
    **options: Any,
) -> None:
    """Run env.py.

    Args:
        alembic: Alembic's configuration of the project.
        run: what is done when env.py runs the migrations.
        steps: the revisions to run, for a run that runs some.
        target: returns the database that env.py is redirected to; None for its own.
        script: the revisions, if they were read before.
        options: of Alembic's `EnvironmentContext`, such as `destination_rev`.

    Raises:
        StrataError: env.py cannot be run, or the run was refused or failed.
        alembic.util.CommandError: Alembic refuses the run.
    """
    script = script or scripts(alembic)
    with application_context(Path(script.env_py_location), alembic.attributes[ROOT]):
        while (pause := _run_once(alembic, script, run, steps, target, options)) is not None:
            time.sleep(pause)


def _run_once(
    alembic: AlembicConfig,
    script: ScriptDirectory,
    run: Run,
    steps: Steps | None,
    target: Target | None,
    options: Mapping[str, Any],
) -> float | None:
    with (
        nested_environment(),
        EnvironmentContext(alembic, script, fn=steps or _no_steps, **options) as environment,
        _connections(alembic, run, target) as check,
        closing(CommitMonitor(Path(script.env_py_location))) as commits,
    ):

        def check_and_watch(connection: Connection, schema: str) -> None:
            check(connection, schema)
            if not run.ends_transactions:
                commits.watch(connection)

        guard = alembic.attributes[GUARD] = EnvironmentGuard(
            environment, run, check_and_watch, is_redirected=target is not None
        )
        try:
            pause = _execute(script, guard)
        finally:
            forget_run()
        if pause is None:
            commits.require_commit()
        return pause


def _no_steps(_heads: object, _context: MigrationContext) -> list[Any]:
    return []


@contextmanager
def _connections(
    alembic: AlembicConfig, run: Run, target: Target | None
) -> Iterator[Callable[[Connection, str], None]]:
    """Redirect the connections of a run if there is a target.

    Yields:
        The check of each connection that env.py configures, with the schema of its version table.
    """
    if target is None:
        with no_new_files() if run.is_read_only else nullcontext():
            yield partial(_check_own, alembic)
        return
    with redirected_connections(target) as redirection:

        def check(connection: Connection, schema: str) -> None:
            redirection.require_scratch(connection)
            redirection.prepare_schemas(connection, [schema])
            # A revision may read it, and connect there.
            set_database(alembic, redirection.url(connection.dialect))

        yield check


def _check_own(alembic: AlembicConfig, connection: Connection, _schema: str) -> None:
    """Refuse a connection to another database than the caller names."""
    refuse_scratch_database(connection)
    named = alembic.attributes.get(DATABASE)
    if isinstance(named, DatabaseURL) and not named.is_same(connection.engine.url):
        raise UsageError(
            f"env.py connects to {connection.engine.url}, and not to {named}, the database of the "
            "tenant.",
            detail="It has another URL than `sqlalchemy.url` of Alembic. Nothing was changed.",
            hint="Let env.py prefer the URL that it is given:\n"
            '    url = context.config.get_main_option("sqlalchemy.url") or settings.database_url',
        )


def _execute(script: ScriptDirectory, guard: EnvironmentGuard) -> float | None:
    """Execute env.py once.

    Returns:
        Seconds to wait before it is executed again; None if it is done.
    """
    try:
        script.run_env()
    except BaseException as error:
        if guard.failure is None:
            raise _explain(script, error) from error
        if not isinstance(guard.failure, RunAgain):
            raise _cause(guard.failure) from None
    finally:
        guard.run.close()
    if isinstance(guard.failure, RunAgain):
        return guard.failure.seconds
    if guard.failure is not None:
        # env.py has caught it, and would end as if nothing had happened.
        raise _cause(guard.failure)
    if not guard.has_run:
        raise UsageError(
            f"{script.env_py_location} does not run the migrations.",
            detail="It ends without a call of context.run_migrations().",
            hint="Call context.configure() and context.run_migrations() when it is not offline, "
            "as the env.py of `alembic init` does.",
        )
    return None


def _explain(script: ScriptDirectory, error: BaseException) -> BaseException:
    error = _cause(error)
    if isinstance(error, StrataError | CommandError | KeyboardInterrupt):
        return error
    return explain_environment_error(Path(script.env_py_location), error)


def _cause(error: BaseException) -> BaseException:
    """Return the error that `run_migrations` has turned into one of Alembic's."""
    if isinstance(error, CommandError) and isinstance(error.__cause__, StrataError):
        return error.__cause__
    return error
