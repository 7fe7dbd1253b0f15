"""Join two heads with a revision that follows both."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from alembic import command

from strata import autogenerate, formatter, plan, refresh
from strata.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `merge` takes."""
    parser.add_argument("revisions", nargs="*", help="the heads to join; by default all")
    parser.add_argument("-m", "--message", default="merge heads")


def run(arguments: Namespace, config: Config) -> int:
    """Write the merge revision, if there is anything to merge."""
    directory = plan.scripts(config)
    revisions = arguments.revisions or directory.get_heads()
    if len(revisions) < 2:
        print("There is nothing to merge: one head.")
        return 0
    autogenerate.refuse_without_template(config)
    merged = command.merge(plan.alembic_config(config), revisions, message=arguments.message)
    if merged is not None:
        formatter.run(Path(merged.path))
        print(f"Wrote {merged.path}")
        if left := refresh.after_a_new_revision(config):
            print(left)
    return 0
