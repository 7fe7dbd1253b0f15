"""Write a revision that brings the database to the models.

With --empty the revision has no operations: for data, or for objects that Alembic does not support.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, relative
from stratakit.commands import CreateResult
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.revisions.review_comments import describe_comment


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `create` takes."""
    parser.add_argument("message", help='the change, such as "add user phone number"')
    parser.add_argument("--empty", action="store_true", help="write no operations")
    parser.add_argument(
        "--head", default="head", help="the previous revision, such as LABEL@head for a branch"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Compare, write the file, say what it found and what to do with it."""
    result = commands.create(
        config, arguments.message, empty=arguments.empty, head=arguments.head, interactive=True
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 1 if result.differences and not result.paths else 0
    if not result.paths:
        return _print_nothing_written(result)
    for path in result.paths:
        echo(f"Wrote {relative(config, path)}")
    for sentence in result.changes:
        echo(f"  {sentence}")
    for comment in result.open_comments:
        echo(describe_comment(config.root, comment), "yellow")
    if result.unrecorded:
        echo(result.unrecorded)
    for finding in result.differences:
        echo(f"{finding.message}\n{finding.hint}")
    echo(f"After an edit of it: {MIGRATE} record")
    echo(f"Review it before you apply it: {MIGRATE} upgrade")
    return 0


def _print_nothing_written(result: CreateResult) -> int:
    if not result.differences:
        echo("The models and the migrations agree: no revision was written.")
        return 0
    echo("No revision was written: autogenerate does not see what differs.")
    for finding in result.differences:
        echo(finding)
    return 1
