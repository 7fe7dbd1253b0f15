"""Undo the newest revision in the local database and delete its file, if it is not committed."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, add_local_consent, echo, echo_json, is_json
from stratakit.cli.printing import as_object, print_position, progress, relative
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `discard` takes."""
    parser.add_argument(
        "revision", nargs="?", default="head", help="a revision id (default: the newest)"
    )
    add_local_consent(parser)
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Undo it, delete it, show where the database stands."""
    result = commands.discard(
        config,
        arguments.revision,
        confirmed_database=arguments.yes,
        lose=arguments.lose,
        interactive=True,
        progress=progress(arguments),
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    if result.undone:
        echo("Undone in the local database.")
    echo(f"Deleted {relative(config, result.path)}")
    if result.unrecorded:
        echo(result.unrecorded)
    print_position(result.position)
    return 0
