"""Write the revision that a database stands at, without running anything.

The database is compared with what the revision makes, on a scratch database, and refused where it
differs.
"""

from argparse import ArgumentParser, Namespace

from alembic import command

from stratakit.config import Config
from stratakit.drift import guards
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, environment, history, position


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `stamp` takes."""
    parser.add_argument("revision", help="a revision id, head or base")
    parser.add_argument(
        "--force", metavar="REASON", help="stamp without comparing; the reason is logged"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Stamp, then show where the database stands."""
    url = environment.current_url(config)
    directory = alembic_config.scripts(config)
    target = directory.get_revision(arguments.revision)
    with connect(url, read_only=True) as connection:
        if not arguments.force:
            guards.refuse_difference(connection, config, target.revision if target else None)
        unknown = not set(position.current_heads(connection)) <= set(history.read(config.versions))
    alembic = alembic_config.alembic_config(config)
    alembic.attributes.update(stamp_is_settled=True, note=arguments.force)
    command.stamp(alembic, arguments.revision, purge=unknown)
    with connect(url, read_only=True) as connection:
        print(position.describe_position(config, connection))
    return 0
