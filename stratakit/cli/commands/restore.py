"""Replace all that the database holds by a backup, once its name is typed or given by --yes."""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stratakit import backup
from stratakit.backup import files
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import environment, position


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `restore` takes."""
    parser.add_argument("file", type=Path, help="what `backup` wrote")
    parser.add_argument(
        "--yes", metavar="DATABASE", help="the database's name, instead of typing it"
    )
    parser.add_argument(
        "--without-roles",
        action="store_true",
        help="leave out owners and grants (MySQL: definers), which name users of another server",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Check the file, ask, restore, show where the database stands."""
    url = environment.current_url(config)
    path = arguments.file if arguments.file.exists() else config.root / arguments.file
    backup.check(url, path)
    _confirm(url, path, arguments.yes)
    backup.restore(url, path, roles=not arguments.without_roles)
    print(f"Restored {path}.")
    with connect(url, read_only=True) as connection:
        print(position.describe_position(config, connection))
    return 0


def _confirm(url: DatabaseURL, path: Path, given: str | None) -> None:
    if given is None and sys.stdin.isatty():
        print(f"All that {url} holds will be replaced by {path}.")
        given = input(f"Type the database's name ({url.name}) to go on: ")
    if given != url.name:
        raise StrataError(
            f"{url} was not touched: "
            + ("its name was not given." if given is None else f"{given!r} is not its name."),
            detail=f"All that it holds would be replaced by {path}.",
            hint=f"If that is meant: {files.restore_command(path)} --yes {shlex.quote(url.name)}",
        )
