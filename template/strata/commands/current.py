"""Show the revision at which the database stands."""

from argparse import ArgumentParser, Namespace

from strata import plan, urls
from strata.config import Config
from strata.connection import connected


def add_arguments(parser: ArgumentParser) -> None:
    """`current` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    with connected(urls.current(config), reading=True) as connection:
        print(plan.standing(config, connection))
        if pending := plan.upgrades(config, connection, "heads"):
            print(plan.told("Pending", pending))
    return 0
