"""Replace the contents of the database by a backup. Asks for the name of the database."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, print_position
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `restore` takes."""
    parser.add_argument("file", type=Path, help="a file that `backup` wrote")
    parser.add_argument(
        "--yes", metavar="DATABASE", help="the name of the database, instead of typing it"
    )
    parser.add_argument(
        "--without-roles",
        action="store_true",
        help="omit owners and grants (MySQL: definers), which name users of another server",
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Check the file, ask, restore, show where the database stands."""
    position = commands.restore(
        config,
        arguments.file,
        confirmed_database=arguments.yes,
        roles=not arguments.without_roles,
        interactive=True,
    )
    if is_json(arguments):
        echo_json({"file": str(arguments.file), "position": as_object(config, position)})
        return 0
    echo(f"Restored {arguments.file}.")
    print_position(position)
    return 0
