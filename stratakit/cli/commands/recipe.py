"""Write the revisions and the backfill of a change that needs several deployments.

Change the models first. Without NAME it lists all recipes.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, relative
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `recipe` takes."""
    parser.add_argument("name", nargs="?", help="the recipe, such as rename-column")
    parser.add_argument("target", nargs="?", help="what it changes, such as orders.total")
    parser.add_argument("to", nargs="?", default="", help="the new name of a column")
    parser.add_argument("--value", default="", help="SQL for the value of the new column")
    parser.add_argument("--back", default="", help="SQL for the value of the old column")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Write the files, and print the timeline; or list the recipes."""
    if arguments.name is None:
        recipes = commands.recipes()
        if is_json(arguments):
            echo_json(
                [
                    {
                        "name": each.name,
                        "target": each.target,
                        "description": each.__doc__,
                        "databases": list(each.backends),
                    }
                    for each in recipes
                ]
            )
            return 0
        for each in recipes:
            only = "" if len(each.backends) > 1 else " PostgreSQL only."
            echo(f"{each.name:<16} {each.target}\n    {each.__doc__}{only}")
        return 0
    if arguments.target is None:
        raise UsageError(
            "A recipe needs the table that it changes.", hint=f"List them: {MIGRATE} recipe"
        )
    result = commands.recipe(
        config,
        arguments.name,
        arguments.target,
        arguments.to,
        value=arguments.value,
        back=arguments.back,
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    for path in result.paths:
        echo(f"Wrote {relative(config, path)}")
    if result.unrecorded:
        echo(result.unrecorded)
    for number, sentence in enumerate(result.timeline, 1):
        echo(f"{number}. {sentence}")
    return 0
