"""Merge two heads: write a revision that follows both."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, relative
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `merge` takes."""
    parser.add_argument("revisions", nargs="*", help="the heads to merge (default: all)")
    parser.add_argument("-m", "--message", default="merge heads", help="default: merge heads")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Write the merge revision, if there is anything to merge."""
    result = commands.merge(config, arguments.revisions, message=arguments.message)
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    if result.path is None:
        echo("There is nothing to merge: one head.")
        return 0
    echo(f"Wrote {relative(config, result.path)}")
    if result.unrecorded:
        echo(result.unrecorded)
    return 0
