"""Show the newest revision; two of them have to be merged."""

from argparse import ArgumentParser, Namespace

from strata import plan
from strata.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """`heads` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print the heads."""
    directory = plan.scripts(config)
    for head in directory.get_heads():
        print(plan.line(directory.get_revision(head)))
    return 0
