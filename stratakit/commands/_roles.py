"""Two roles for a database: one that migrates, and one that serves."""

from dataclasses import replace

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
    version_table = VERSION_TABLE
    try:
        project = environment.capture(config)
    except StrataError:
        # A machine of an administrator need not be able to run env.py.
        name = config.database_name
    else:
        version_table = project.version_table
        name = config.database_name if config.names("database_name") else project.database.name
        config = replace(project.config, database_name=name)
    return sql(
        config,
        owner=owner or f"{name}_owner",
        app=app or f"{name}_app",
        version_table=version_table,
    )
