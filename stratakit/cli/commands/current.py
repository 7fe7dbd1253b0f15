"""Show the revision at which the database stands."""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.engine.connect import connected
from stratakit.revisions import environment, plan, position


def add_arguments(parser: ArgumentParser) -> None:
    """`current` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    with connected(environment.current_url(config), reading=True) as connection:
        print(position.standing(config, connection))
        if pending := plan.upgrades(config, connection, "heads"):
            print(position.told("Pending", pending))
    return 0
