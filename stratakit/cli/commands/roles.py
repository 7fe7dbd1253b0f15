"""Print the SQL of two roles: one that migrates, and one that serves and cannot alter the schema.

Use the first in MIGRATION_DATABASE_URL and the second in DATABASE_URL.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_sql
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `roles` takes."""
    parser.add_argument(
        "--sql", action="store_true", required=True, help="print the SQL; nothing is executed"
    )
    parser.add_argument("--owner", help="the role that migrates (default: DATABASE_owner)")
    parser.add_argument("--app", help="the role that serves (default: DATABASE_app)")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print it."""
    sql = commands.roles(config, owner=arguments.owner, app=arguments.app)
    return echo_sql(sql, arguments)
