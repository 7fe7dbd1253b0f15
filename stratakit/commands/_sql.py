"""The SQL of revisions, for review; no database is needed."""

from io import StringIO

from alembic import command as alembic_command

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.revisions import alembic_config


@command
def upgrade_sql(config: Config, revision: str = "head") -> str:
    """Return the SQL of an upgrade.

    Args:
        config: the project's.
        revision: up to which, or `FROM:TO`.

    Raises:
        StrataError: a revision asks the database for an answer.
    """
    alembic = alembic_config.alembic_config(config)
    alembic.output_buffer = StringIO()
    alembic_command.upgrade(alembic, revision, sql=True)
    return alembic.output_buffer.getvalue()


@command
def downgrade_sql(config: Config, revision: str) -> str:
    """Return the SQL of a downgrade.

    Args:
        config: the project's.
        revision: `FROM:TO`.

    Raises:
        StrataError: the range is none, or a revision asks the database for an answer.
    """
    alembic = alembic_config.alembic_config(config)
    alembic.output_buffer = StringIO()
    alembic_command.downgrade(alembic, revision, sql=True)
    return alembic.output_buffer.getvalue()
