"""Replace all that a database holds by a backup."""

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

from stratakit import backup
from stratakit.backup import files
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import position
from stratakit.revisions.position import Position
from stratakit.runtime.environment import database_url, read_database


@command
def restore(
    config: Config,
    file: Path,
    *,
    confirmed_database: str | None = None,
    roles: bool = True,
    ask: Callable[[DatabaseURL, Path], str] | None = None,
) -> Position:
    """Replace all that the database holds by a backup.

    Args:
        config: the project's.
        file: what `backup` wrote; a relative path is of the working directory or of the project.
        confirmed_database: the name of the database that will lose what it holds.
        roles: whether owners and grants are restored (MySQL: definers), which name users of the
            server that the backup is of.
        ask: asks a person for that name, if it was not given.

    Returns:
        Where the database stands now.

    Raises:
        StrataError: the name is not the database's, or the file is no whole backup.
        DatabaseUnavailable: the database or a program for it cannot be had.
    """
    url = database_url(config)
    path = file if file.exists() else config.root / file
    backup.check(url, path)
    if confirmed_database is None and ask:
        confirmed_database = ask(url, path)
    _require_confirmation(url, path, confirmed_database)
    backup.restore(url, path, roles=roles)
    return read_database(config, partial(position.read_position, config))


def _require_confirmation(url: DatabaseURL, path: Path, name: str | None) -> None:
    if name != url.name:
        raise StrataError(
            f"{url} was not touched: "
            + ("its name was not given." if name is None else f"{name!r} is not its name."),
            detail=f"All that it holds would be replaced by {path}.",
            hint=f"If that is meant: {files.restore_command(path)} --yes {shlex.quote(url.name)}",
        )
