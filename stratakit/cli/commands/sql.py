"""Print the SQL of the revisions up to REVISION (or FROM:TO) for review; needs no database."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_sql
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `sql` takes."""
    parser.add_argument(
        "revision", nargs="?", default="head", help="an id, head or FROM:TO (default: head)"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the SQL."""
    return echo_sql(commands.upgrade_sql(config, arguments.revision), arguments)
