"""Show the current revision of the database."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_json, is_json
from stratakit.cli.printing import as_object, print_position, print_revisions
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `current` takes."""
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    result = commands.current(config)
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    for each in (result, *result.others):
        print_position(each.position)
        print_revisions("Pending", each.pending)
    return 0
