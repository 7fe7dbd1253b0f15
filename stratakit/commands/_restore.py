"""Replace all that a database holds by a backup."""

from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from stratakit import backup
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import position
from stratakit.revisions.losses import database_losses
from stratakit.revisions.position import Position
from stratakit.runtime.consent import require_database_name
from stratakit.runtime.environment import database_url, read_database


@command
def restore(
    config: Config,
    file: Path,
    *,
    confirmed_database: str | None = None,
    roles: bool = True,
    interactive: bool = False,
) -> Position:
    """Replace all that the database holds by a backup.

    Args:
        config: the project's.
        file: what `backup` wrote; a relative path is of the working directory or of the project.
        confirmed_database: the name of the database that will lose what it holds.
        roles: whether owners and grants are restored (MySQL: definers), which name users of the
            server that the backup is of.
        interactive: whether a person at the terminal may be asked for that name.

    Returns:
        Where the database stands now.

    Raises:
        ConsentError: the name of the database was not given.
        StrataError: the file is no whole backup.
        DatabaseUnavailable: the database or a program for it cannot be had.
    """
    url = database_url(config)
    path = file if file.exists() else config.root / file
    backup.check(url, path)
    require_database_name(
        "\n".join([f"The contents of {url} would be replaced by {path}.", *_describe_rows(url)]),
        url.name,
        confirmed_database,
        interactive=interactive,
    )
    backup.restore(url, path, roles=roles)
    return read_database(config, partial(position.read_position, config))


def _describe_rows(url: DatabaseURL) -> list[str]:
    """Describe what the database holds, a line for each table with rows."""
    try:
        with connect(url, read_only=True) as connection:
            return [f"  {loss.description}" for loss in database_losses(connection)]
    except (DatabaseUnavailable, DBAPIError):
        return []
