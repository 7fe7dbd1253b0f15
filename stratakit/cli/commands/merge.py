"""Join two heads with a revision that follows both."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import relative
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `merge` takes."""
    parser.add_argument("revisions", nargs="*", help="the heads to join; by default all")
    parser.add_argument("-m", "--message", default="merge heads")


def run(arguments: Namespace, config: Config) -> int:
    """Write the merge revision, if there is anything to merge."""
    result = commands.merge(config, arguments.revisions, message=arguments.message)
    if result.path is None:
        print("There is nothing to merge: one head.")
        return 0
    print(f"Wrote {relative(config, result.path)}")
    if result.unrecorded:
        print(result.unrecorded)
    return 0
