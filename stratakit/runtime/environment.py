"""Alembic's environment: the same for the command line, plain `alembic`, a running application
and a connection that a caller hands over in `config.attributes["connection"]`.

It is synchronous on purpose: it works inside a running event loop as it is, where
`asyncio.run()` would fail. It configures no logging of the application's.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alembic import context
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import Engine, MetaData

from stratakit.config import Config, load
from stratakit.diagnostics.command import project_root
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.connect import connect
from stratakit.engine.resolve import local_database
from stratakit.engine.url import read_url
from stratakit.orm import discovery
from stratakit.revisions.environment import SNIPPET, Environment
from stratakit.revisions.guarded_environment import lift_guard
from stratakit.revisions.run_options import run_options
from stratakit.runtime import guarded_run, offline
from stratakit.runtime.target import MigrationTarget

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
    options = run_options(context.config)
    lift_guard(context.config)
    try:
        _refuse_second_run()
        database = read_url(_url(config, url), config)
        metadata = discovery.combine(target_metadata)
        if options.capture:
            options.capture(Environment(database, metadata))
        else:
            _run(MigrationTarget(config, database, metadata, options))
    except StrataError as error:
        raise CommandError(str(error)) from error


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


def _run(target: MigrationTarget) -> None:
    handed_over = context.config.attributes.get("connection")
    if context.is_offline_mode():
        offline.write_sql(target)
    elif isinstance(handed_over, Engine):
        with handed_over.connect() as connection:
            guarded_run.run_on(connection, replace(target, database=None))
    elif handed_over is not None:
        guarded_run.run_on(handed_over, replace(target, database=None))
    else:
        database = target.database or local_database(target.config)
        with connect(database, read_only=target.options.dry_run) as connection:
            guarded_run.run_on(connection, replace(target, database=database))
