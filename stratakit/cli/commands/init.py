"""Write what a project needs: strata.toml, a hook, a CI job and the tests of the migrations.

Each file is shown first, and only what is missing is written. It is written after a yes at the
terminal, or with --yes.
"""

import os
import textwrap
from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.autogenerate.renames import prompt
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `init` takes."""
    parser.add_argument("--yes", action="store_true", help="write the files without asking")


def run(arguments: Namespace, config: Config) -> int:
    """Show the files, ask, and write them."""
    plan = commands.init(config, dry_run=True)
    for file in plan.files:
        verb = "Add to" if file.path.exists() else "Create"
        print(f"{verb} {os.path.relpath(file.path, config.root)}:")
        print(textwrap.indent(file.added, "  "))
    for note in plan.notes:
        print(note)
    if not plan.files:
        print("Nothing is missing.")
        return 0
    question = f"Write {len(plan.files)} file{'' if len(plan.files) == 1 else 's'}?"
    if arguments.yes or prompt.confirm(question):
        commands.init(config)
        print("Written. Check the project: " + f"{MIGRATE} check")
    else:
        print(f"Nothing was written. Write the files: {MIGRATE} init --yes")
    return 0
