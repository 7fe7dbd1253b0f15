"""Print the SQL of the revisions up to REVISION (or FROM:TO) for review; needs no database."""

from argparse import ArgumentParser, Namespace

from alembic import command

from strata import plan
from strata.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `sql` takes."""
    parser.add_argument("revision", nargs="?", default="head")


def run(arguments: Namespace, config: Config) -> int:
    """Print the SQL."""
    command.upgrade(plan.alembic_config(config), arguments.revision, sql=True)
    return 0
