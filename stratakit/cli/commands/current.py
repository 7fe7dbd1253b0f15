"""Show the current revision of the database."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo_json, is_json
from stratakit.cli.printing import as_object, print_position, print_revisions
from stratakit.cli.tenants import TenantsOutput, add_tenants, given_tenants, has_tenants
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `current` takes."""
    add_tenants(parser)
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print where the database stands, and what is pending."""
    if has_tenants(arguments):
        output = TenantsOutput(config, arguments, "current")
        return output.finish(
            commands.current_all(
                config,
                tenants=given_tenants(arguments),
                parallel=arguments.parallel,
                on_begin=output.begin,
                on_result=output.add,
            )
        )
    result = commands.current(config)
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    for each in (result, *result.others):
        print_position(each.position)
        print_revisions("Pending", each.pending)
    return 0
