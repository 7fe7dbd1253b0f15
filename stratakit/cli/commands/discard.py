"""Undo the newest revision in the local database and delete its file, if it is not committed."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import relative
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `discard` takes."""
    parser.add_argument("revision", nargs="?", default="head", help="by default the newest")
    parser.add_argument(
        "--yes", metavar="DATABASE", help="its name, if env.py connects to one on this machine"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Undo it, delete it, show where the database stands."""
    result = commands.discard(config, arguments.revision, confirmed_database=arguments.yes)
    if result.undone:
        print("Undone in the local database.")
    print(f"Deleted {relative(config, result.path)}")
    if result.unrecorded:
        print(result.unrecorded)
    print(result.position)
    return 0
