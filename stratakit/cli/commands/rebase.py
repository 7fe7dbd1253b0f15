"""Put the revisions that only this branch has on top of the main branch's newest one.

The history stays a line, without a merge revision. Refused if one of them was applied to a database
that is not the local one.
"""

import shlex
from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import relative
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `rebase` takes."""
    parser.add_argument(
        "--yes", metavar="DATABASE", help="its name, if env.py connects to one on this machine"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Move them, say what follows what, and what comes next."""
    result = commands.rebase(config, confirmed_database=arguments.yes)
    if not result.moved:
        print(f"There is nothing to move: this branch is on top of {result.onto}.")
        return 0
    print(f"{' -> '.join([result.onto, *result.moved])}")
    folder = shlex.quote(str(relative(config, config.versions)))
    print(f"The files in {folder} were edited, and are not staged: git add {folder}")
    if result.reapplied:
        print("They were undone in the local database, and applied again.")
    else:
        print(f"Then apply what is pending: {MIGRATE} upgrade")
    if result.unrecorded:
        print(result.unrecorded)
    return 0
