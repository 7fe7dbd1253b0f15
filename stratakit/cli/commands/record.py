"""Update the hashes of the revisions and the snapshot of the schema, and show the changes.

Run it after an edit of a revision, after plain `alembic revision`, or after a conflict in git.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `record` takes."""
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Replay the migrations on a scratch database, write, show the difference."""
    changes = commands.record(config)
    if is_json(arguments):
        echo_json({"changes": changes})
    else:
        echo(changes or "Nothing changes.")
    return 0
