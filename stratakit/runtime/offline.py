"""SQL instead of a run: what a revision would execute, for review."""

import sys
from collections.abc import Sequence
from io import StringIO

from alembic import context
from sqlalchemy import MetaData
from sqlalchemy.exc import NoInspectionAvailable

from stratakit.config import Config
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime import failures
from stratakit.runtime.arguments import guarded_arguments


def write_sql(
    config: Config,
    options: RunOptions,
    database: DatabaseURL | None,
    target_metadata: MetaData | Sequence[MetaData],
) -> None:
    """Write the SQL of all steps, or none: half of a migration is none.

    Args:
        config: the project's.
        options: the command's.
        database: the database; None for the local one.
        target_metadata: the tables of the models.

    Raises:
        StrataError: a revision asks the database for an answer.
    """
    backend = database.backend if database else config.database
    written = StringIO()
    given = {
        "dialect_name": backend,
        "output_buffer": written,
        "literal_binds": True,
        "dialect_opts": {"paramstyle": "named"},
        "target_metadata": target_metadata,
    }
    context.configure(**guarded_arguments(config, options, backend, given))
    try:
        with context.begin_transaction():
            context.run_migrations()
    except (AttributeError, NoInspectionAvailable, TypeError) as error:
        explained = failures.explain_offline_failure(error, context.script)
        if explained is None:
            raise
        raise explained from error
    (context.config.output_buffer or sys.stdout).write(written.getvalue())
