"""Migrate the local development database to the branch that is checked out, and keep its rows.

Revisions of another branch are undone, with their files from git. Then the revisions of this branch
are applied. Refused for any other database.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, add_local_consent, echo, echo_json, is_json
from stratakit.cli.printing import as_object, print_position, progress
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `switch` takes."""
    add_local_consent(parser)
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Undo, apply, show where it stands."""
    result = commands.switch(
        config,
        confirmed_database=arguments.yes,
        lose=arguments.lose,
        interactive=True,
        progress=progress(arguments),
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    for title, revisions in (("Undone", result.undone), ("Applied", result.applied)):
        if revisions:
            echo(f"{title}: {', '.join(revisions)}")
    print_position(result.position)
    return 0
