"""Print the SQL of two roles: one that migrates, and one that serves and cannot alter the schema.

Give the first to MIGRATION_DATABASE_URL and the second to DATABASE_URL.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_sql
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `roles` takes."""
    parser.add_argument(
        "--sql", action="store_true", required=True, help="print it; nothing is run"
    )
    parser.add_argument("--owner", help="the role that migrates; by default DATABASE_owner")
    parser.add_argument("--app", help="the role that serves; by default DATABASE_app")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print it."""
    sql = commands.roles(config, owner=arguments.owner, app=arguments.app)
    return echo_sql(sql, arguments)
