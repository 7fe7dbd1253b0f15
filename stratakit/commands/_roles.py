"""Two roles for a database: one that migrates, and one that serves."""

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions.log import VERSION_TABLE
from stratakit.roles import sql
from stratakit.scratch import environment


@command
def roles(config: Config, *, owner: str | None = None, app: str | None = None) -> str:
    """Return the SQL of the two roles; nothing is run.

    Args:
        config: the project's.
        owner: the role that migrates; by default DATABASE_owner.
        app: the role that serves and cannot alter the schema; by default DATABASE_app.

    Raises:
        StrataError: the database has no roles (SQLite).
    """
    return sql(
        config,
        owner=owner or f"{config.database_name}_owner",
        app=app or f"{config.database_name}_app",
        version_table=_version_table(config),
    )


def _version_table(config: Config) -> str:
    """Return the version table that env.py names; Alembic's own if env.py cannot be run here."""
    try:
        return environment.capture(config).version_table
    except StrataError:
        return VERSION_TABLE
