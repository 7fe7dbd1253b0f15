"""Show the newest revision; two of them have to be merged."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config
from stratakit.revisions.position import describe_revision


def add_arguments(parser: ArgumentParser) -> None:
    """`heads` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print the heads."""
    for head in commands.heads(config):
        print(describe_revision(head))
    return 0
