"""Write the hashes of the revisions and the schema at head anew, and show what changes.

After a revision was edited by hand or made by plain Alembic, or git found a conflict in them.
"""

from argparse import ArgumentParser, Namespace

from strata import refresh
from strata.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """`record` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Replay the migrations on a scratch database, write, show the difference."""
    print(refresh.written(config) or "Nothing changes.")
    return 0
