"""Apply the pending revisions: all, or those up to REVISION (an id, head, +1)."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from alembic import command
from alembic.script import Script

from stratakit.backup import verification
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import (
    alembic_config,
    environment,
    history,
    plan,
    position,
    review_comments,
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `upgrade` takes."""
    parser.add_argument("revision", nargs="?", default="head")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    parser.add_argument(
        "--yes", metavar="DATABASE", help="in production: its name, instead of typing it"
    )
    parser.add_argument(
        "--backup", action="store_true", help="back the database up first, and verify that"
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--sql", action="store_true", help="print SQL instead; needs no database")
    one.add_argument(
        "--rolling",
        action="store_true",
        help="while older code serves: leave the last revisions if they are of the phase contract",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Show the plan, apply it, show where the database stands."""
    if arguments.sql:
        command.upgrade(alembic_config.alembic_config(config), arguments.revision, sql=True)
        return 0
    url = environment.current_url(config)
    with connect(url, read_only=True) as connection:
        if arguments.revision in ("head", "heads") and (
            ahead := position.describe_ahead(config, connection)
        ):
            print(ahead)
            return 0
        pending = plan.upgrades(config, connection, arguments.revision)
        # On a database that is new there is no older code.
        rolling = arguments.rolling and position.current_heads(connection)
        later = plan.deferred_contracts(config, pending) if rolling else []
        pending = pending[: len(pending) - len(later)]
        print(position.format_revisions("To apply", pending) if pending else "Nothing to apply.")
        if later:
            print(position.format_revisions("Left until no older code serves", later))
            print(f"Then: {MIGRATE} upgrade")
    _show_open_comments(config, pending)
    if pending and not arguments.dry_run:
        alembic = alembic_config.alembic_config(config)
        alembic.attributes["yes"] = arguments.yes
        if arguments.backup:
            # Where many start at once, only the one that migrates has the lock and gets here.
            alembic.attributes["before_the_first_step"] = partial(_back_up, config, url)
        command.upgrade(alembic, pending[-1].revision if later else arguments.revision)
    with connect(url, read_only=True) as connection:
        print(position.describe_position(config, connection))
    return 0


def _show_open_comments(config: Config, pending: Sequence[Script]) -> None:
    """Print the review comments that nobody has resolved in what is about to be applied."""
    chain = history.read(config.versions)
    files = {Path(revision.path) for revision in pending}
    for file, line, text in review_comments.unresolved_comments(chain):
        if file in files:
            print(f"To review: {file.relative_to(config.root)}:{line}: {text}", file=sys.stderr)


def _back_up(config: Config, url: DatabaseURL) -> None:
    path, verified = verification.create_verified(config, url, locked=True)
    print(f"Backed up to {path}\n{verified}")
