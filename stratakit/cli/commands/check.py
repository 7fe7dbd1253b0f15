"""Show where the database stands, what is pending, and model changes without a migration.

Exit status 1 where a model change has no migration, there are several heads, a finding is not
settled, a revision is not as it was committed or recorded, the snapshot is not true, or the
version row or an applied revision was changed by hand.
"""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.drift import check
from stratakit.engine import resolve
from stratakit.engine.connect import connected
from stratakit.lint import linter
from stratakit.revisions import history, log, plan, position
from stratakit.updates import conflicts

UNREACHABLE = 3


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `check` takes."""
    parser.add_argument(
        "--all", action="store_true", help="lint what the main branch does not have, too"
    )
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the state of the database, then every fault."""
    if unsettled := conflicts.found(config.root):
        return formatters.show(unsettled, arguments)
    faults = check.faults(config)
    told = [kit.looked_at(config)] if config.scope == "migrations" else []
    try:
        with connected(resolve.current(config), reading=True) as connection:
            told.append(position.standing(config, connection))
            adopt = kit.to_adopt(connection) if config.scope == "migrations" else []
            if adopt:
                # What the models have beside comes after it.
                faults = adopt
            elif pending := plan.upgrades(config, connection, "heads"):
                told.append(position.told("Pending", pending))
            surprises = log.surprises(
                log.entries(connection), position.applied(connection), history.read(config.versions)
            )
            names = {fault.file.rpartition("/")[2] for fault in faults} - {""}
            for surprise in surprises:
                # What was told of a revision's file once is not told again.
                if surprise.partition(" ")[0] not in names:
                    what, _, rest = surprise.partition("\n")
                    why, _, remedy = rest.partition("\n")
                    faults.append(Finding("changed-by-hand", what, why, remedy))
    except StrataError as problem:
        # What was found before may be its cause.
        if problem.status != UNREACHABLE and not faults:
            raise
        told.append(f"The database was not looked at: {problem.what}")
    if arguments.all and not any(fault.rule == "several-heads" for fault in faults):
        linted = linter.lint(config, linter.added(config))
        faults += linted.findings
        told += linted.unseen
    if config.scope == "migrations":
        told += kit.steps(config)
    if not faults:
        told.append("The models and the migrations agree.")
    if arguments.format == "text":
        print("\n".join(told))
    return formatters.show(faults, arguments)
