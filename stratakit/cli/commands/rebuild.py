"""Replace the local development database by a new one at head.

It is made first, and filled by seed(connection) in migrations/seed.py, if there is such a file.
Refused for any other database.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `rebuild` takes."""
    parser.add_argument(
        "--yes", metavar="DATABASE", help="its name, if env.py connects to one on this machine"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Replace the database and show its revision."""
    result = commands.rebuild(config, confirmed_database=arguments.yes)
    print(f"Replaced {result.database}; its rows are gone.")
    print(result.position)
    return 0
