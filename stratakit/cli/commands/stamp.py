"""Write the revision that a database is at, without running anything.

The database is compared with what the revision makes, on a scratch database, and refused where it
differs.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `stamp` takes."""
    parser.add_argument("revision", help="a revision id, head or base")
    parser.add_argument(
        "--force", metavar="REASON", help="stamp without comparing; the reason is logged"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Stamp, then show where the database stands."""
    print(commands.stamp(config, arguments.revision, reason=arguments.force))
    return 0
