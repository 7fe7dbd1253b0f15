"""Bring an existing database under migration: find its revision by comparison.

Only the revision that was found is written to the database. If no revision matches, --baseline
writes the first revision from the database, and --repair writes a revision that brings the database
to head.
"""

import sys
from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, print_position, print_revisions, relative
from stratakit.commands import AdoptResult
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE

METHODS = {
    "baseline": "write the first revision from the database",
    "repair": "write a revision that brings this database to head",
    "squash": "replace all revisions by one with the same schema; changes no database",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `adopt` takes."""
    parser.add_argument("--dry-run", action="store_true", help="compare, and write nothing")
    parser.add_argument(
        "--at", metavar="REVISION", help="the last applied revision, if several match"
    )
    method = parser.add_mutually_exclusive_group()
    for name, description in METHODS.items():
        method.add_argument(
            f"--{name}",
            dest="method",
            action="store_const",
            const=name,
            default="compare",
            help=description,
        )
    parser.add_argument(
        "--through", metavar="REVISION", help="the last one that --squash replaces, if not the head"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Compare, stamp what is true, show where the database stands."""
    result = commands.adopt(
        config,
        method=arguments.method,
        at=arguments.at,
        through=arguments.through,
        dry_run=arguments.dry_run,
        on_progress=_print_progress,
    )
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    _print_outcome(result)
    if result.written:
        _print_written(config, result)
    if result.outcome in ("adopted", "squashed"):
        for note in result.notes:
            echo(note)
    if result.outcome == "adopted":
        print_position(result.position)
        print_revisions("Pending", result.pending)
    if result.repairs:
        echo(f"Review it, then: {MIGRATE} upgrade && {MIGRATE} drift")
    return 0


def _print_progress(sentence: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{sentence:<78}", end="", file=sys.stderr)


def _print_outcome(result: AdoptResult) -> None:
    if sys.stderr.isatty():
        print(f"\r{'':<78}\r", end="", file=sys.stderr)
    match result.outcome:
        case "empty":
            echo(f"{result.database} is empty. Create its tables: {MIGRATE} upgrade")
        case "ahead":
            echo("\n".join(result.notes))
        case "managed":
            echo(f"{result.position}\nIt already has a revision. Compare it: {MIGRATE} drift")
        case "adopted" | "matched" if result.revision:
            echo(f"{result.database} matches revision {result.revision}.")


def _print_written(config: Config, result: AdoptResult) -> None:
    assert result.written is not None
    name = relative(config, result.written)
    if result.repairs:
        echo(f"Wrote {name}, which runs on this database alone. It repairs:")
        for sentence in result.repairs:
            echo(f"  {sentence}")
        if result.online:
            echo(f"Wrote {relative(config, result.online)}, which follows while tables are used.")
        return
    echo(f"Wrote {name}: a new database built from it is identical.")
    if result.replaced:
        echo(
            f"It replaces {len(result.replaced)} revisions, whose files were deleted. Databases at "
            f"{result.revision} or later stay as they are."
        )
