"""Print the SQL of the revisions up to REVISION (or FROM:TO) for review; needs no database."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `sql` takes."""
    parser.add_argument("revision", nargs="?", default="head")


def run(arguments: Namespace, config: Config) -> int:
    """Print the SQL."""
    print(commands.upgrade_sql(config, arguments.revision), end="")
    return 0
