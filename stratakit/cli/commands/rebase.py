"""Move the revisions of this branch after the newest one of the main branch.

The history stays linear, without a merge revision. Refused if one of them was applied to a database
that is not the local one.
"""

import shlex
from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, add_local_consent, echo, echo_json, is_json
from stratakit.cli.printing import as_object, progress, relative
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `rebase` takes."""
    add_local_consent(parser)
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Move them, say what follows what, and what comes next."""
    result = commands.rebase(
        config,
        confirmed_database=arguments.yes,
        lose=arguments.lose,
        interactive=True,
        progress=progress(arguments),
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    if not result.moved:
        echo(f"There is nothing to move: this branch is on top of {result.onto}.")
        return 0
    echo(f"{' -> '.join([result.onto, *result.moved])}")
    if result.reapplied:
        echo("The revisions were undone in the local database and applied again.")
    # The snapshot is in the one, the revisions may be in another one.
    folders = [config.migrations_folder]
    if not config.versions.is_relative_to(config.migrations_folder):
        folders.append(config.versions)
    names = shlex.join(str(relative(config, folder)) for folder in folders)
    echo(f"Files in {names} were edited and are not staged: git add {names}")
    if not result.reapplied:
        echo(f"Then apply the pending revisions: {MIGRATE} upgrade")
    if result.unrecorded:
        echo(result.unrecorded)
    return 0
