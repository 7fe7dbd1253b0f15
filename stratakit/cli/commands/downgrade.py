"""Undo the last revision, or all revisions after REVISION (an id, base, -2)."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from alembic.script import Script

from stratakit import commands
from stratakit.cli.output import add_json, add_lose, echo_json, echo_sql, is_json
from stratakit.cli.printing import as_object, print_position, print_revisions, progress
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `downgrade` takes."""
    parser.add_argument(
        "revision", nargs="?", default="-1", help="an id, base or a step (default: -1)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    parser.add_argument(
        "--yes",
        metavar="DATABASE",
        help="in production: the name of the database, instead of typing it",
    )
    add_lose(parser)
    add_json(parser)
    parser.add_argument("--sql", action="store_true", help="print the SQL of FROM:TO")


def run(arguments: Namespace, config: Config) -> int:
    """Show the plan, undo it, show where the database stands."""
    if arguments.sql:
        return echo_sql(commands.downgrade_sql(config, arguments.revision), arguments)
    result = commands.downgrade(
        config,
        arguments.revision,
        dry_run=arguments.dry_run,
        confirmed_database=arguments.yes,
        lose=arguments.lose,
        interactive=True,
        on_plan=None if is_json(arguments) else _print_plan,
        progress=progress(arguments),
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
    else:
        print_position(result.position)
    return 0


def _print_plan(undone: Sequence[Script]) -> None:
    print_revisions("To undo", undone, none="Nothing to undo.")
