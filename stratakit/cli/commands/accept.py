"""Accept the present differences, so that only new ones are reported.

The differences are written to accepted.toml, in the folder of env.py: those between the models and
the revisions, those between the database and its revision and, with --lint, the findings of lint in
all revisions. Review and commit the file. No command reports an accepted difference, and no
revision contains one.

A new project does not need it. Example: stratakit accept --models
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, relative
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `accept` takes."""
    parser.add_argument(
        "--models", action="store_true", help="compare only the models with the revisions"
    )
    parser.add_argument(
        "--lint", action="store_true", help="accept what lint finds in all revisions, too"
    )
    parser.add_argument(
        "--prune",
        action="store_true",
        help="only remove accepted differences that do not exist any more",
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Record, and print what was added and what does not exist any more."""
    result = commands.accept(
        config, models_only=arguments.models, lint=arguments.lint, prune=arguments.prune
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    for sentence in result.skipped:
        echo(sentence)
    if result.added:
        echo("Accepted:")
        echo("\n".join(f"  {each}" for each in result.added))
    if result.unused:
        echo("Removed:" if arguments.prune else "Accepted differences that do not exist any more:")
        echo("\n".join(f"  {each}" for each in result.unused))
    path = relative(config, result.path)
    if result.added or (result.unused and arguments.prune):
        count = f"{result.total} accepted difference{'' if result.total == 1 else 's'}"
        echo(f"{path} has {count}. Review and commit it.")
    elif result.unused:
        echo(f"Remove them from {path}: {MIGRATE} accept --prune")
    else:
        echo(f"There is nothing to {'remove' if arguments.prune else 'accept'}.")
    return 0
