"""Show the heads. Two heads have to be merged."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object
from stratakit.config import Config
from stratakit.revisions.position import describe_revision


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `heads` takes."""
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the heads."""
    heads = commands.heads(config)
    if is_json(arguments):
        echo_json({"heads": as_object(config, heads)})
        return 0
    for head in heads:
        echo(describe_revision(head))
    return 0
