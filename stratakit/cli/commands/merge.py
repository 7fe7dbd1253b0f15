"""Join two heads with a revision that follows both."""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import redirect_stdout
from pathlib import Path

from alembic import command

from stratakit.config import Config
from stratakit.drift import record
from stratakit.revisions import alembic_config, environment
from stratakit.runtime import guards


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `merge` takes."""
    parser.add_argument("revisions", nargs="*", help="the heads to join; by default all")
    parser.add_argument("-m", "--message", default="merge heads")


def run(arguments: Namespace, config: Config) -> int:
    """Write the merge revision, if there is anything to merge."""
    directory = alembic_config.scripts(config)
    revisions = arguments.revisions or directory.get_heads()
    if len(revisions) < 2:
        print("There is nothing to merge: one head.")
        return 0
    guards.refuse_without_template(config)
    environment.environment(config)
    alembic = alembic_config.alembic_config(config, quiet=True)
    # Alembic shows its progress with each write hook, even when it is quiet.
    with redirect_stdout(sys.stderr):
        merged = command.merge(alembic, revisions, message=arguments.message)
    if merged is not None:
        print(f"Wrote {Path(merged.path).relative_to(config.root)}")
        if left := record.record_new_revision(config):
            print(left)
    return 0
