"""Write a revision for what changed in the models.

The differences between the models and the revisions that existed before this change are listed and
left out. They are those of the commit where this branch left the main branch, or else of the last
commit. With --all they are written, too. With --empty the revision has no operations: for data, or
for objects that Alembic does not support.
"""

from argparse import ArgumentParser, Namespace
from shlex import quote

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
    parser.add_argument("--all", action="store_true", help="write the older differences, too")
    parser.add_argument(
        "--head", default="head", help="the previous revision, such as LABEL@head for a branch"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Compare, write the file, say what it found and what to do with it."""
    result = commands.create(
        config,
        arguments.message,
        empty=arguments.empty,
        every=arguments.all,
        head=arguments.head,
        interactive=True,
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return _status(result)
    if result.uncompared:
        echo(f"Commit {result.commit[:12]} cannot be compared: {result.uncompared}")
        echo("Older differences are therefore included.")
    if not result.paths:
        _print_nothing_written(result, arguments.message)
        return _status(result)
    for path in result.paths:
        echo(f"Wrote {relative(config, path)}")
    for sentence in result.changes:
        echo(f"  {sentence}")
    for comment in result.review_comments:
        echo(describe_comment(config.root, comment), "yellow")
    if result.unrecorded:
        echo(result.unrecorded)
    for finding in result.differences:
        echo(f"{finding.message}\n{finding.hint}")
    _print_older(result, arguments.message)
    echo(f"If you edit it: {MIGRATE} record")
    echo(f"Review it, then apply it: {MIGRATE} upgrade")
    return _status(result)


def _status(result: CreateResult) -> int:
    """Return 1 if there are differences without a revision, or if the new revision cannot run.

    One that waits for an answer to a review comment may fail until then.
    """
    if not result.paths:
        return 1 if result.differences or result.older_differences else 0
    return 1 if result.unrecorded and not result.review_comments else 0


def _print_nothing_written(result: CreateResult, message: str) -> None:
    if not result.differences and not result.older_differences:
        echo("The models and the migrations agree: no revision was written.")
        return
    if result.differences:
        echo("No revision was written: autogenerate cannot express the difference.")
    else:
        echo("No revision was written: the models have not changed.")
    for finding in result.differences:
        echo(finding)
    _print_older(result, message)


def _print_older(result: CreateResult, message: str) -> None:
    if not result.older_differences:
        return
    echo(f"Left out, because commit {result.commit[:12]} has the same differences:")
    for phrase in result.older_differences:
        echo(f"  {phrase}")
    echo(f"Write them, too: {MIGRATE} create --all {quote(message)}")
    echo(f"Accept them: {MIGRATE} accept")
