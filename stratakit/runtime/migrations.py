"""The call of a project's env.py.

It is the same for the command line, plain `alembic`, a running application, and a connection of the
caller in `config.attributes["connection"]`.

It is synchronous on purpose: it works inside a running event loop, in which `asyncio.run()` would
fail. It does not configure the application's logging.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from alembic import context
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, MetaData

from stratakit.alembic_private import live_environment
from stratakit.config import Config, load
from stratakit.diagnostics.command import project_root
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.resolve import local_database
from stratakit.engine.url import DatabaseURL, read_url
from stratakit.process.color import paint
from stratakit.process.quiet import quiet_alembic, quiet_warnings
from stratakit.revisions.bytecode import remove_stale_bytecode
from stratakit.revisions.run_options import Reconcile, RunOptions, run_options
from stratakit.runtime import offline
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.environment import CaptureRun
from stratakit.runtime.guard import Arguments, EnvironmentGuard
from stratakit.runtime.redirect import refuse_scratch_database
from stratakit.runtime.run import GUARD
from stratakit.runtime.step_progress import PrintedProgress

Compared = Callable[[Config], AbstractContextManager[tuple[DatabaseURL, Reconcile]]]
"""A function that opens a database at head, to compare the models with."""

PLACEHOLDER = "driver://user:pass@localhost/dbname"
"""The URL that `alembic init` writes into alembic.ini."""


def run_migrations(
    *,
    target_metadata: MetaData | Sequence[MetaData],
    url: object = None,
    options: RunOptions | None = None,
    compared: Compared | None = None,
) -> None:
    """Run what Alembic's command asks for, guarded: the last line of `migrations/env.py`.

    Args:
        target_metadata: the tables of the models, as `discover_models` returns them.
        url: the database as migrations reach it.
        options: of a run of plain `alembic`.
        compared: opens what the models are compared with where plain `alembic` writes a revision.

    Raises:
        alembic.util.CommandError: the command was refused or failed; its cause is a `StrataError`
            that says why and what to do.
    """
    ini = context.config.config_file_name
    config = load(Path(ini).resolve().parent if ini else project_root())
    if GUARD not in context.config.attributes:
        # Plain `alembic` imports every revision.
        remove_stale_bytecode(config.revision_files)
    options = options or RunOptions(interactive=True)
    if not hasattr(context.config.cmd_opts, "cmd"):
        _run_guarded(config, target_metadata, url, options, compared)
        return
    with _command_line():
        options = replace(options, progress=PrintedProgress(_print_line))
        _run_guarded(config, target_metadata, url, options, compared)


def _run_guarded(
    config: Config,
    target_metadata: MetaData | Sequence[MetaData],
    url: object,
    options: RunOptions,
    compared: Compared | None,
) -> None:
    with ExitStack() as resources, _alembic_errors():
        database = read_url(_url(config, url), config)
        guard = context.config.attributes.get(GUARD)
        if context.is_offline_mode():
            given = run_options(context.config) or RunOptions()
            offline.write_sql(
                config, given, database, target_metadata, is_guarded=guard is not None
            )
            return
        if guard is None:
            # Plain `alembic` runs env.py.
            check: Callable[[Connection], None] = refuse_scratch_database
            if compared and _writes_revision():
                kind = database.backend if database else config.database
                head = compared(replace(config, database=kind))
                database, reconcile = resources.enter_context(head)
                options = replace(options, reconcile=reconcile)
                check = _accept_connection
            run = ChangeRun(config, options, can_run_again=False)
            guard = EnvironmentGuard(
                live_environment(), run, lambda connection, _schema: check(connection)
            )
        if isinstance(guard.run, CaptureRun):
            guard.run.capture(configured_arguments(target_metadata), database)
            guard.has_run = True
            return
        try:
            if database is None and guard.is_redirected:
                # The scratch database takes its place: a project without one can be compared.
                database = DatabaseURL(config.database, URL.create(config.database))
            _run(config, database, target_metadata, read_only=guard.run.is_read_only)
        finally:
            guard.run.close()


def _writes_revision() -> bool:
    """Return whether plain `alembic` compares the models to write a revision.

    A caller that hands a connection over has chosen what they are compared with.
    """
    if context.config.attributes.get("connection") is not None:
        return False
    revision = live_environment().context_opts.get("revision_context")
    arguments = revision.command_args if revision else {}
    return bool(arguments.get("autogenerate")) and arguments["message"] is not None


def _accept_connection(_connection: Connection) -> None:
    """Accept the connection to the database at head, which was chosen here."""


@contextmanager
def _alembic_errors() -> Iterator[None]:
    """Let Alembic print an error of stratakit as one of its own."""
    try:
        yield
    except StrataError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _command_line() -> Iterator[None]:
    """Let the command `alembic` print what `stratakit` prints, and each error once, on stderr.

    Alembic prints a refusal on stdout and logs it, too; with `--raiseerr` it prints nothing.
    """
    try:
        with quiet_alembic(), quiet_warnings():
            yield
    except CommandError as error:
        if getattr(context.config.cmd_opts, "raiseerr", False):
            raise
        first, *rest = str(error).splitlines() or [""]
        _print_line("\n".join([paint(first, "red", sys.stderr), *rest]))
        status = error.__cause__.status if isinstance(error.__cause__, StrataError) else 1
        raise SystemExit(status) from error


def _print_line(line: str) -> None:
    print(line, file=sys.stderr)


def configured_arguments(target_metadata: MetaData | Sequence[MetaData]) -> Arguments:
    """Return the arguments of `run_migrations()` for `context.configure()`."""
    return {"target_metadata": target_metadata, "compare_server_default": True}


def _run(
    config: Config,
    database: DatabaseURL | None,
    target_metadata: MetaData | Sequence[MetaData],
    *,
    read_only: bool,
) -> None:
    with _connection(config, database, read_only=read_only) as connection:
        context.configure(connection=connection, **configured_arguments(target_metadata))
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _connection(
    config: Config, database: DatabaseURL | None, *, read_only: bool
) -> Iterator[Connection]:
    """Return the connection that a caller hands over, or connect."""
    handed_over = context.config.attributes.get("connection")
    if isinstance(handed_over, Engine):
        with handed_over.connect() as connection:
            yield connection
    elif handed_over is not None:
        yield handed_over
    else:
        url = database or local_database(config)
        with connect(url, read_only=read_only) as connection:
            yield connection


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
