"""SQL instead of a run: what a revision would execute, for review."""

import sys
from collections.abc import Callable, Sequence
from io import StringIO

from alembic import context
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, make_url
from sqlalchemy.exc import CompileError, NoInspectionAvailable

from stratakit.config import Config
from stratakit.engine.url import BACKENDS, DatabaseURL
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime import failures
from stratakit.runtime.arguments import guarded_arguments
from stratakit.runtime.guard import Arguments

FAILURES = (AttributeError, CompileError, NoInspectionAvailable, TypeError)
"""Errors of the code of a revision that gets no answer from a database, or has a value for which
SQLAlchemy renders no literal."""


class SqlRun:
    """A run of env.py that writes SQL, with what a run on the database would add.

    Args:
        config: the project's.
    """

    is_read_only = True
    ends_transactions = True

    def __init__(self, config: Config) -> None:
        self._config = config

    def arguments(self, environment: EnvironmentContext, given: Arguments) -> Arguments:
        """Return env.py's own with what stratakit adds."""
        backend = BACKENDS[_dialect_name(given, self._config)]
        return guarded_arguments(self._config, RunOptions(), backend, given)

    def execute(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Write the SQL.

        Raises:
            StrataError: a revision asks the database for an answer.
        """
        try:
            proceed()
        except FAILURES as error:
            assert context.script is not None
            explained = failures.explain_offline_failure(error, context.script)
            if explained is None:
                raise
            raise explained from error

    def close(self) -> None:
        """Release nothing."""


def _dialect_name(given: Arguments, config: Config) -> str:
    """Return the kind of database that env.py names, as Alembic finds it."""
    if given.get("connection") is not None:
        return str(given["connection"].dialect.name)
    if given.get("dialect_name"):
        return str(given["dialect_name"])
    return make_url(given["url"]).get_backend_name() if given.get("url") else config.database


def write_sql(
    config: Config,
    options: RunOptions,
    database: DatabaseURL | None,
    target_metadata: MetaData | Sequence[MetaData],
    *,
    is_guarded: bool,
) -> None:
    """Write the SQL of all steps, or none: half of a migration is none.

    Args:
        config: the project's.
        options: the command's.
        database: the database; None for the local one.
        target_metadata: the tables of the models.
        is_guarded: whether a guard adds stratakit's arguments.

    Raises:
        StrataError: a revision asks the database for an answer.
    """
    backend = database.backend if database else config.database
    written = StringIO()
    given: Arguments = {
        "dialect_name": backend,
        "output_buffer": written,
        "literal_binds": True,
        "dialect_opts": {"paramstyle": "named"},
        "target_metadata": target_metadata,
    }
    if not is_guarded:
        given = guarded_arguments(config, options, backend, given)
    context.configure(**given)
    try:
        with context.begin_transaction():
            context.run_migrations()
    except FAILURES as error:
        explained = failures.explain_offline_failure(error, context.script)
        if explained is None:
            raise
        raise explained from error
    (context.config.output_buffer or sys.stdout).write(written.getvalue())
