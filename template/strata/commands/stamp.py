"""Write the revision that a database stands at, without running anything.

The database is compared with what the revision makes, on a scratch database, and refused where it
differs.
"""

from argparse import ArgumentParser, Namespace

from alembic import command

from strata import plan, urls
from strata.config import Config
from strata.connection import connected


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `stamp` takes."""
    parser.add_argument("revision", help="a revision id, head or base")
    parser.add_argument(
        "--force", metavar="REASON", help="stamp without comparing; the reason is logged"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Stamp, then show where the database stands."""
    url = urls.current(config)
    alembic = plan.alembic_config(config)
    alembic.attributes["force_stamp"] = arguments.force
    command.stamp(alembic, arguments.revision)
    with connected(url) as connection:
        print(plan.standing(config, connection))
    return 0
