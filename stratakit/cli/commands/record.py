"""Write the hashes of the revisions and the schema at head anew, and show what changes.

After a revision was edited manually or created by plain Alembic, or git found a conflict in them.
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
