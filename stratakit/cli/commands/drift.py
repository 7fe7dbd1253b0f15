"""Show what was changed in the database by hand: its schema against the revision it claims.

It is read in a transaction that cannot write. Exit status 1 where they differ.
"""

from argparse import ArgumentParser, Namespace

from stratakit import catalog
from stratakit.adopt import match
from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.finding import Finding
from stratakit.drift import database
from stratakit.engine.connect import connect
from stratakit.revisions import environment, guards, position

WHY = (
    "Somebody changed it by hand: the next revisions may fail here, and a new database does not "
    "get the change."
)
SECONDS = 30
"""How long one statement may take on the database."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `drift` takes."""
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Compare the database with what its revision makes on a scratch database.

    One that has tables and no revision is to be adopted: nothing in it was changed by hand.
    """
    with connect(environment.current_url(config), read_only=True) as connection:
        catalog.read_only(connection, SECONDS)
        if adopt := match.adoption_findings(connection, config):
            return formatters.print_findings(adopt, arguments)
        heads = position.current_heads(connection)
        guards.refuse_unknown_revision(config, heads)
        revision = "heads" if len(heads) > 1 else next(iter(heads), None)
        found = database.compare_database(connection, config, revision)
        if arguments.format == "text":
            print(position.describe_position(config, connection))
    if not found and arguments.format == "text":
        print("Its schema is what that revision makes.")
    remedy = "Undo it, and write it as a revision if it is meant:"
    findings = [Finding("drift", f"{each}.", WHY, f"{remedy}\n{found.sql}") for each in found.found]
    return formatters.print_findings(findings, arguments)
