"""Write the hashes of the revisions and the schema at head anew, and show what changes.

After a revision was edited manually or created by plain Alembic, or git found a conflict in them.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """`record` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Replay the migrations on a scratch database, write, show the difference."""
    print(commands.record(config) or "Nothing changes.")
    return 0
