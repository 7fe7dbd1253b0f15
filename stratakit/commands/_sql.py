"""The SQL of revisions, for review; no database is needed."""

from io import StringIO

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions import guards
from stratakit.revisions.alembic_config import alembic_config
from stratakit.runtime.offline import SqlRun
from stratakit.runtime.run import Steps, run_environment
from stratakit.runtime.steps import downgrade_steps, upgrade_steps


@command
def upgrade_sql(config: Config, revision: str = "head") -> str:
    """Return the SQL of an upgrade.

    Args:
        config: the project's.
        revision: up to which, or `FROM:TO`.

    Raises:
        StrataError: a revision asks the database for an answer.
    """
    start, separator, target = revision.rpartition(":")
    return _sql(config, start if separator else None, target, upgrade_steps(target))


@command
def downgrade_sql(config: Config, revision: str) -> str:
    """Return the SQL of a downgrade.

    Args:
        config: the project's.
        revision: `FROM:TO`.

    Raises:
        StrataError: the range is none, or a revision asks the database for an answer.
    """
    start, separator, target = revision.rpartition(":")
    if not separator:
        raise UsageError(
            f"{revision} is not a range of revisions.",
            detail="Without a database, only a range names the start of a downgrade.",
            hint=f"Name its beginning and its end, FROM:TO, as {MIGRATE} history lists them.",
        )
    return _sql(config, start, target, downgrade_steps(target))


def _sql(config: Config, start: str | None, target: str, steps: Steps) -> str:
    alembic = alembic_config(config, revision=target, sql=True)
    guards.require_revisions(config)
    alembic.output_buffer = StringIO()
    run_environment(
        alembic, SqlRun(config), steps, as_sql=True, starting_rev=start, destination_rev=target
    )
    return alembic.output_buffer.getvalue()
