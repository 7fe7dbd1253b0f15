"""Write a revision that brings the database to the models.

With --empty a revision without operations, for data or for what Alembic cannot see.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.printing import relative
from stratakit.commands import CreateResult
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `create` takes."""
    parser.add_argument("message", help='what it does, such as "add user phone number"')
    parser.add_argument("--empty", action="store_true", help="write no operations")
    parser.add_argument(
        "--head", default="head", help="the revision to follow, such as LABEL@head for a branch"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Compare, write the file, say what it found and what to do with it."""
    result = commands.create(
        config, arguments.message, empty=arguments.empty, head=arguments.head, interactive=True
    )
    if not result.paths:
        return _print_nothing_written(result)
    for path in result.paths:
        print(f"Wrote {relative(config, path)}")
    for sentence in result.changes:
        print(f"  {sentence}")
    for file, line, text in result.open_comments:
        print(f"{relative(config, file)}:{line}: {text}")
    if result.unrecorded:
        print(result.unrecorded)
    for finding in result.differences:
        print(f"{finding.message}\n{finding.hint}")
    print(f"After an edit of it: {MIGRATE} record")
    print(f"Review it before you apply it: {MIGRATE} upgrade")
    return 0


def _print_nothing_written(result: CreateResult) -> int:
    if not result.differences:
        print("The models and the migrations agree: no revision was written.")
        return 0
    print("No revision was written: autogenerate does not see what differs.")
    for finding in result.differences:
        print(finding)
    return 1
