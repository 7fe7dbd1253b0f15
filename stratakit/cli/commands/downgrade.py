"""Undo revisions: the last one, or all that came after REVISION (an id, base, -2)."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import print_revisions
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `downgrade` takes."""
    parser.add_argument("revision", nargs="?", default="-1")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    parser.add_argument(
        "--yes", metavar="DATABASE", help="in production: its name, instead of typing it"
    )
    parser.add_argument("--sql", action="store_true", help="print SQL; REVISION is then FROM:TO")


def run(arguments: Namespace, config: Config) -> int:
    """Show the plan, undo it, show where the database stands."""
    if arguments.sql:
        print(commands.downgrade_sql(config, arguments.revision), end="")
        return 0
    result = commands.downgrade(
        config,
        arguments.revision,
        dry_run=arguments.dry_run,
        confirmed_database=arguments.yes,
        interactive=True,
        on_plan=lambda undone: print_revisions("To undo", undone, none="Nothing to undo."),
    )
    print(result.position)
    return 0
