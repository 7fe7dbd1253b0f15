"""Show manual changes of the database: compare its schema with its current revision.

The database is read in a read-only transaction. Exit status 1 if they differ.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import echo, echo_findings
from stratakit.cli.printing import print_position
from stratakit.config import Config
from stratakit.diagnostics import formatters


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `drift` takes."""
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what differs from that."""
    result = commands.drift(config)
    if result.position and arguments.format == "text":
        print_position(result.position)
        if result.accepted:
            echo(f"Accepted differences: {len(result.accepted)}")
        elif not result.findings:
            echo("Its schema matches that revision.", "green")
    return echo_findings(result.findings, arguments)
