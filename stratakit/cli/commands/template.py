"""Update the service from its template: status, update or vendor."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from stratakit.cli.output import add_json, echo, echo_json, is_json, only_answers
from stratakit.config import Config
from stratakit.updates import copier, vendor

RUNS_PROGRAMS = True
"""Programs that it starts print answers, too."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `template` takes."""
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    status = commands.add_parser("status", help="show whether the template has a newer release")
    update = commands.add_parser("update", help="update, and show what changed")
    update.add_argument(
        "--to", metavar="VERSION", default="", help="the release (default: the last one)"
    )
    update.add_argument(
        "answers",
        nargs="*",
        metavar="QUESTION=ANSWER",
        help="answers to change, such as deploy=none",
    )
    wheel = commands.add_parser(
        "vendor", help="build a wheel of stratakit in vendor/, and depend on it"
    )
    wheel.add_argument(
        "source",
        nargs="?",
        default="",
        help="the source of stratakit (default: the one in pyproject.toml)",
    )
    for parser in (status, update, wheel):
        add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Run the command."""
    if arguments.command == "status":
        versions = copier.read_versions(config.root)
        if is_json(arguments):
            echo_json(asdict(versions))
        else:
            echo(versions)
        return 0
    if not is_json(arguments):
        return _change(arguments, config)
    with only_answers():
        status = _change(arguments, config)
        echo_json({"exit_status": status})
    return status


def _change(arguments: Namespace, config: Config) -> int:
    if arguments.command == "update":
        return copier.update(config.root, arguments.to, arguments.answers)
    return vendor.vendor(config.root, arguments.source)
