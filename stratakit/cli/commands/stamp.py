"""Set the revision of the database without running a migration.

The database is compared with the revision on a scratch database, and the stamp is refused if they
differ.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_json, is_json
from stratakit.cli.printing import as_object, print_position
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `stamp` takes."""
    parser.add_argument("revision", help="a revision id, head or base")
    parser.add_argument(
        "--force", metavar="REASON", help="stamp without comparing; the reason is logged"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Stamp, then show where the database stands."""
    position = commands.stamp(config, arguments.revision, reason=arguments.force)
    if is_json(arguments):
        echo_json({"position": as_object(config, position)})
    else:
        print_position(position)
    return 0
