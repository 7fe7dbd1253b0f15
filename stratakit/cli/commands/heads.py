"""Show the newest revision; two of them have to be merged."""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.revisions import alembic_config, position


def add_arguments(parser: ArgumentParser) -> None:
    """`heads` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print the heads."""
    directory = alembic_config.scripts(config)
    for head in directory.get_heads():
        print(position.describe_revision(directory.get_revision(head)))
    return 0
