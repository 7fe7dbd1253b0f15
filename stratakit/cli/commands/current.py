"""Show the revision at which the database stands."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import print_revisions
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """`current` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    result = commands.current(config)
    for each in (result, *result.others):
        print(each.position)
        print_revisions("Pending", each.pending)
    return 0
