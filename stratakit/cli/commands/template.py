"""Update the service from its template: status, update or vendor."""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.updates import copier, vendor


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `template` takes."""
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    commands.add_parser("status", help="show whether the template has a newer release")
    update = commands.add_parser("update", help="update, and show what changed")
    update.add_argument("--to", metavar="VERSION", default="", help="by default the last release")
    update.add_argument("answers", nargs="*", metavar="QUESTION=ANSWER", help="answers to change")
    wheel = commands.add_parser("vendor", help="build stratakit into vendor/, and depend on that")
    wheel.add_argument("source", nargs="?", default="", help="by default pyproject.toml names it")


def run(arguments: Namespace, config: Config) -> int:
    """Do so."""
    if arguments.command == "status":
        return copier.status(config.root)
    if arguments.command == "update":
        return copier.update(config.root, arguments.to, arguments.answers)
    return vendor.vendor(config.root, arguments.source)
