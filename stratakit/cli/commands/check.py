"""Show the database's position, pending revisions, and model changes without a revision.

Exit status 1 if a model change has no revision, there are several heads, a review comment is open,
a revision is not as it was committed or recorded, the snapshot is not true, the version row or an
applied revision was changed by hand, or the database has tables and no revision.

With --models only the models and the revisions are compared, without the database, and a good
answer is remembered until one of their files changes.
"""

import os
from argparse import ArgumentParser, Namespace
from dataclasses import replace

from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.revisions import fingerprint
from stratakit.updates import conflicts


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `check` takes."""
    parser.add_argument(
        "--all", action="store_true", help="lint what the main branch does not have, too"
    )
    parser.add_argument(
        "--models", action="store_true", help="compare only the models with the revisions"
    )
    parser.add_argument(
        "--check-only", action="store_true", help="with --models: do not remember a good answer"
    )
    parser.add_argument(
        "--force", action="store_true", help="with --models: forget the last good answer"
    )
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the position of the database, then every finding."""
    if unsettled := conflicts.find_conflicts(config.root):
        return formatters.print_findings(unsettled, arguments)
    if arguments.models:
        return _check_models(arguments, config)
    return _check_all(arguments, config)


def _check_models(arguments: Namespace, config: Config) -> int:
    remembered = fingerprint.cache_file(config)
    if arguments.force:
        remembered.unlink(missing_ok=True)
    taken = fingerprint.compute_fingerprint(config)
    if remembered.exists() and remembered.read_text() == taken:
        return _good("Nothing has changed since the last good check.", arguments)

    # Alembic and SQLAlchemy take a third of a second, which the short answer spares.
    from stratakit.drift import check
    from stratakit.scratch.lifecycle import stop_server_afterwards

    try:
        with stop_server_afterwards(config):
            faults = check.find_problems(config)
    except StrataError as error:
        error.message, error.hint = (
            _in_the_tree(error.message, config),
            _in_the_tree(error.hint, config),
        )
        raise
    if faults:
        return formatters.print_findings([_there(fault, config) for fault in faults], arguments)
    if not arguments.check_only:
        remembered.parent.mkdir(exist_ok=True)
        remembered.write_text(taken)
    return _good("The models and the migrations agree.", arguments)


def _there(fault: Finding, config: Config) -> Finding:
    """Let a finding name the working tree: the hook checks a copy of what is staged."""
    return replace(
        fault,
        message=_in_the_tree(fault.message, config),
        hint=_in_the_tree(fault.hint, config),
    )


def _in_the_tree(text: str, config: Config) -> str:
    return text.replace(str(config.root), os.environ.get("STRATA_WORKING_TREE", str(config.root)))


def _good(sentence: str, arguments: Namespace) -> int:
    if arguments.format == "text":
        print(sentence)
    return formatters.print_findings([], arguments)


def _check_all(arguments: Namespace, config: Config) -> int:
    from stratakit.adopt import match
    from stratakit.drift import check
    from stratakit.engine.connect import connect
    from stratakit.lint import linter
    from stratakit.revisions import environment, history, log, plan, position

    faults = check.find_problems(config)
    told = []
    try:
        with connect(environment.current_url(config), read_only=True) as connection:
            told.append(position.describe_position(config, connection))
            if adopt := match.adoption_findings(connection, config):
                # What the models lack is known when the database is adopted.
                faults = adopt
            elif pending := plan.upgrades(config, connection, "heads"):
                told.append(position.format_revisions("Pending", pending))
            inconsistencies = log.find_inconsistencies(
                config,
                log.entries(connection),
                position.current_heads(connection),
                history.read(config.versions),
            )
            # A file that has a finding gets no second one.
            files = {fault.file for fault in faults} - {""}
            faults += [each for each in inconsistencies if each.file not in files]
    except StrataError as error:
        # What was found before may be its cause.
        if not isinstance(error, DatabaseUnavailable) and not faults:
            raise
        told.append(f"The database was not looked at: {error.message}")
    if arguments.all and not any(fault.rule == "several-heads" for fault in faults):
        linted = linter.lint(config, linter.added(config))
        faults += linted.findings
        told += linted.unseen
    if not faults:
        told.append("The models and the migrations agree.")
    if arguments.format == "text":
        print("\n".join(told))
    return formatters.print_findings(faults, arguments)
