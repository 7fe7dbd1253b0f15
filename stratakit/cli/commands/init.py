"""Write what a project needs: strata.toml, a hook, a CI job and the tests of the migrations.

Each missing file is shown first, and written after a yes at the terminal, or with --yes. Existing
files stay as they are.
"""

import os
import textwrap
from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.autogenerate.renames import prompt
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `init` takes."""
    parser.add_argument("--yes", action="store_true", help="write the files without asking")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Show the files, ask, and write them."""
    plan = commands.init(config, dry_run=not (arguments.yes and is_json(arguments)))
    if is_json(arguments):
        echo_json(as_object(config, plan))
        return 0
    for file in plan.files:
        verb = "Add to" if file.path.exists() else "Create"
        echo(f"{verb} {os.path.relpath(file.path, config.root)}:")
        echo(textwrap.indent(file.added, "  "))
    for note in plan.notes:
        echo(note)
    if not plan.files:
        echo("Nothing is missing.")
        return 0
    question = f"Write {len(plan.files)} file{'' if len(plan.files) == 1 else 's'}?"
    if arguments.yes or prompt.confirm(question):
        commands.init(config)
        echo("Written. Check the project: " + f"{MIGRATE} check")
    else:
        echo(f"Nothing was written. Write the files: {MIGRATE} init --yes")
    return 0
