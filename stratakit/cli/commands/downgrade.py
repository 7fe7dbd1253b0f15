"""Undo revisions: the last one, or all that came after REVISION (an id, base, -2)."""

from argparse import ArgumentParser, Namespace

from alembic import command

from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, environment, plan, position


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
        command.downgrade(alembic_config.alembic_config(config), arguments.revision, sql=True)
        return 0
    url = environment.current_url(config)
    with connect(url, read_only=True) as connection:
        undone = plan.downgrades(config, connection, arguments.revision)
        print(position.format_revisions("To undo", undone) if undone else "Nothing to undo.")
    if undone and not arguments.dry_run:
        alembic = alembic_config.alembic_config(config)
        alembic.attributes["yes"] = arguments.yes
        command.downgrade(alembic, arguments.revision)
    with connect(url, read_only=True) as connection:
        print(position.describe_position(config, connection))
    return 0
