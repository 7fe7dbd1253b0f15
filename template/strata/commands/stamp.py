"""Write the revision that a database stands at, without running anything.

The database is compared with what the revision makes, on a scratch database, and refused where it
differs.
"""

from argparse import ArgumentParser, Namespace

from alembic import command

from strata import compare, plan, revisions, urls
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
    directory = plan.scripts(config)
    target = directory.get_revision(arguments.revision)
    with connected(url, reading=True) as connection:
        if not arguments.force:
            compare.refuse_difference(connection, config, target.revision if target else None)
        unknown = not set(plan.applied(connection)) <= set(revisions.read(config.versions))
    alembic = plan.alembic_config(config)
    alembic.attributes.update(stamp_is_settled=True, note=arguments.force)
    command.stamp(alembic, arguments.revision, purge=unknown)
    with connected(url, reading=True) as connection:
        print(plan.standing(config, connection))
    return 0
