"""Replace the local development database by a new one at head.

The new database is created first, and filled by seed(connection) in migrations/seed.py, if the file
exists. Refused for any other database.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, print_position
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `rebuild` takes."""
    parser.add_argument(
        "--yes", metavar="DATABASE", help="without a terminal: the database whose rows are lost"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Replace the database and show its revision."""
    result = commands.rebuild(config, confirmed_database=arguments.yes, interactive=True)
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    echo(f"Replaced {result.database}; its rows are gone.")
    print_position(result.position)
    return 0
