"""Bring the local development database to the branch that is checked out; its rows stay.

What another branch has applied is undone, with the files of that branch from git; then this
branch's revisions are applied. Refused for any other database.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `switch` takes."""
    parser.add_argument(
        "--yes", metavar="DATABASE", help="its name, if env.py connects to one on this machine"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Undo, apply, show where it stands."""
    result = commands.switch(config, confirmed_database=arguments.yes)
    for title, revisions in (("Undone", result.undone), ("Applied", result.applied)):
        if revisions:
            print(f"{title}: {', '.join(revisions)}")
    print(result.position)
    return 0
