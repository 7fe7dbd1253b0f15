"""Print the SQL of the revisions up to REVISION (or FROM:TO) for review; needs no database."""

from argparse import ArgumentParser, Namespace

from alembic import command

from stratakit.config import Config
from stratakit.revisions import alembic_config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `sql` takes."""
    parser.add_argument("revision", nargs="?", default="head")


def run(arguments: Namespace, config: Config) -> int:
    """Print the SQL."""
    command.upgrade(alembic_config.alembic_config(config), arguments.revision, sql=True)
    return 0
