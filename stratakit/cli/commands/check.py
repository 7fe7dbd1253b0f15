"""Show the database's position, pending revisions, and model changes without a revision.

Exit status 1 if a model change has no revision, there are several heads, a review comment is open,
a revision differs from its commit or its record, the snapshot is out of date, the version row or an
applied revision was changed manually, or the database has tables and no revision. Exit status 3 if
nothing of that was found and the database cannot be reached.

With --models only the models and the revisions are compared, without the database. A success is
remembered until one of their files changes. With --staged the files of the next commit are
compared, as the hook does.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from stratakit.cli.output import echo, echo_findings, warn
from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.process.local_folder import create_local_folder
from stratakit.revisions import fingerprint
from stratakit.revisions.staged import staged_project
from stratakit.updates import conflicts

UNREACHABLE = DatabaseUnavailable.status


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `check` takes."""
    parser.add_argument(
        "--all",
        action="store_true",
        help="also lint the revisions that the main branch does not have",
    )
    parser.add_argument(
        "--models", action="store_true", help="compare only the models with the revisions"
    )
    parser.add_argument("--staged", action="store_true", help="like --models, for the staged files")
    parser.add_argument(
        "--check-only", action="store_true", help="with --models: do not remember a success"
    )
    parser.add_argument(
        "--force", action="store_true", help="with --models: forget the last success"
    )
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the position of the database, then every finding."""
    if arguments.staged:
        with staged_project(config) as staged:
            return _check_models(arguments, staged, config.root)
    if arguments.models:
        return _check_models(arguments, config, config.root)
    # Alembic and SQLAlchemy take a third of a second, which the short answer spares.
    from stratakit import commands
    from stratakit.cli.printing import print_position, print_revisions

    result = commands.check(config, lint=arguments.all)
    if arguments.format == "text":
        if result.position:
            print_position(result.position)
        print_revisions("Pending", result.pending)
        if not result.findings:
            echo(_describe_success(has_models=result.has_models), "green")
    for sentence in result.skipped:
        warn(sentence)
    status = echo_findings(result.findings, arguments)
    return status or (0 if result.is_reachable else UNREACHABLE)


def _check_models(arguments: Namespace, config: Config, root: Path) -> int:
    cache = fingerprint.cache_file(config)
    if arguments.force:
        cache.unlink(missing_ok=True)
    current = fingerprint.compute_fingerprint(config)
    # A conflict that an update left changes files that are not looked at otherwise.
    if (
        not arguments.all
        and cache.exists()
        and cache.read_text() == current
        and not conflicts.find_conflicts(config.root)
    ):
        return _print_success("Nothing has changed since the last successful check.", arguments)
    from stratakit import commands

    try:
        result = commands.check_models(config, lint=arguments.all)
    except StrataError as error:
        error.message = _name_working_tree(error.message, config, root)
        error.hint = _name_working_tree(error.hint, config, root)
        raise
    for sentence in result.skipped:
        warn(sentence)
    if result.findings:
        return echo_findings(
            [_in_working_tree(finding, config, root) for finding in result.findings], arguments
        )
    if not arguments.check_only:
        create_local_folder(cache.parent)
        cache.write_text(current)
    return _print_success(_describe_success(has_models=result.has_models), arguments)


def _describe_success(*, has_models: bool) -> str:
    if has_models:
        return "The models and the migrations agree."
    return "The revisions are valid. env.py has no target_metadata: no models were compared."


def _in_working_tree(finding: Finding, config: Config, root: Path) -> Finding:
    """Let a finding name the working tree, of which a copy may have been checked."""
    return replace(
        finding,
        message=_name_working_tree(finding.message, config, root),
        hint=_name_working_tree(finding.hint, config, root),
    )


def _name_working_tree(text: str, config: Config, root: Path) -> str:
    return text.replace(str(config.root), str(root))


def _print_success(sentence: str, arguments: Namespace) -> int:
    if arguments.format == "text":
        echo(sentence)
    return echo_findings([], arguments)
