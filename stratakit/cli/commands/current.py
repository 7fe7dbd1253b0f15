"""Show the revision at which the database stands."""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.revisions import environment, plan, position


def add_arguments(parser: ArgumentParser) -> None:
    """`current` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    with connect(environment.current_url(config), read_only=True) as connection:
        print(position.describe_position(config, connection))
        if pending := plan.upgrades(config, connection, "heads"):
            print(position.format_revisions("Pending", pending))
    return 0
