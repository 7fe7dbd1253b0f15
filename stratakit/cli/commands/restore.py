"""Replace all that the database holds by a backup, once its name is typed or given by --yes."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stratakit import commands
from stratakit.config import Config
from stratakit.engine.url import DatabaseURL


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
    position = commands.restore(
        config,
        arguments.file,
        confirmed_database=arguments.yes,
        roles=not arguments.without_roles,
        ask=_ask if sys.stdin.isatty() else None,
    )
    print(f"Restored {arguments.file}.\n{position}")
    return 0


def _ask(url: DatabaseURL, path: Path) -> str:
    print(f"All that {url} holds will be replaced by {path}.")
    return input(f"Type the database's name ({url.name}) to go on: ")
