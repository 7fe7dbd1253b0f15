"""SQL instead of a run: what a revision would execute, for review."""

import sys
from io import StringIO

from alembic import context
from sqlalchemy.exc import NoInspectionAvailable

from stratakit.runtime import failures
from stratakit.runtime.target import MigrationTarget


def write_sql(target: MigrationTarget) -> None:
    """Write the SQL of all steps, or none: half of a migration is none."""
    backend = target.database.backend if target.database else target.config.database
    written = StringIO()
    context.configure(
        dialect_name=backend,
        output_buffer=written,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        **target.configure_arguments(backend),
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
