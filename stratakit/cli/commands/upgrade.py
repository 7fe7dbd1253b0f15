"""Apply the pending revisions: all, or those up to REVISION (an id, head, +1)."""

from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, echo_sql, is_json, warn
from stratakit.cli.printing import (
    as_object,
    print_impacts,
    print_position,
    print_revisions,
    progress,
)
from stratakit.cli.tenants import TenantsOutput, add_tenants, given_tenants, has_tenants
from stratakit.commands import UpgradePlan
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions.review_comments import describe_comment


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `upgrade` takes."""
    parser.add_argument(
        "revision",
        nargs="?",
        default="head",
        help="an id, head or a step such as +1 (default: head)",
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan and stop")
    parser.add_argument(
        "--yes",
        metavar="DATABASE",
        help="in production: the name of the database, instead of typing it",
    )
    parser.add_argument(
        "--backup", action="store_true", help="back up the database first, and verify the backup"
    )
    add_tenants(parser)
    add_json(parser)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--sql", action="store_true", help="print the SQL; needs no database")
    one.add_argument(
        "--rolling",
        action="store_true",
        help="defer trailing contract revisions, while the previous release is serving",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Show the plan, apply it, show where the database stands."""
    if has_tenants(arguments):
        return _upgrade_all(arguments, config)
    if arguments.sql:
        return echo_sql(commands.upgrade_sql(config, arguments.revision), arguments)
    result = commands.upgrade(
        config,
        arguments.revision,
        dry_run=arguments.dry_run,
        rolling=arguments.rolling,
        backup=arguments.backup,
        confirmed_database=arguments.yes,
        interactive=True,
        on_plan=None if is_json(arguments) else partial(_print_plan, config),
        on_backup=None if is_json(arguments) else _print_backup,
        progress=progress(arguments),
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
    elif not result.plan.ahead:
        print_position(result.position)
    return 0


def _upgrade_all(arguments: Namespace, config: Config) -> int:
    for option in ("sql", "dry_run", "backup"):
        if getattr(arguments, option):
            name = f"--{option.replace('_', '-')}"
            raise UsageError(
                f"{name} is for one tenant, and --all for each.",
                hint=f"Name the tenant: {MIGRATE} upgrade {name} -x tenant=NAME",
            )
    output = TenantsOutput(config, arguments, "upgrade")
    return output.finish(
        commands.upgrade_all(
            config,
            arguments.revision,
            tenants=given_tenants(arguments),
            parallel=arguments.parallel,
            rolling=arguments.rolling,
            confirmed_database=arguments.yes,
            on_begin=output.begin,
            on_result=output.add,
        )
    )


def _print_backup(path: Path, verification: str) -> None:
    echo(f"Backed up to {path}\n{verification}")


def _print_plan(config: Config, plan: UpgradePlan) -> None:
    if plan.ahead:
        echo(plan.ahead)
        return
    print_revisions("To apply", plan.pending, none="Nothing to apply.")
    print_impacts(plan.impacts, plan.rates)
    if plan.deferred:
        print_revisions("Deferred until the previous release has stopped", plan.deferred)
        echo(f"Then: {MIGRATE} upgrade")
    for comment in plan.review_comments:
        warn(f"To review: {describe_comment(config.root, comment)}")
