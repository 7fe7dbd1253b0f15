"""Show manual changes of the database: compare its schema with its current revision.

It is read in a transaction that cannot write. Exit status 1 where they differ.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.config import Config
from stratakit.diagnostics import formatters


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `drift` takes."""
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what differs from that."""
    result = commands.drift(config)
    if result.position and arguments.format == "text":
        print(result.position)
        if result.accepted:
            print(f"Accepted differences: {len(result.accepted)}")
        elif not result.findings:
            print("Its schema is what that revision makes.")
    return formatters.print_findings(result.findings, arguments)
