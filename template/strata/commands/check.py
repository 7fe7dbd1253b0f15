"""Show where the database stands, what is pending, and model changes without a migration.

Exit status 1 where a model change has no migration, there are several heads, a finding is not
settled, or the version row or an applied revision was changed by hand.
"""

from argparse import ArgumentParser, Namespace

from strata import check, log, plan, revisions, urls
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem

UNREACHABLE = 3


def add_arguments(parser: ArgumentParser) -> None:
    """`check` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Print the state of the database, then every fault."""
    faults = list(check.faults(config))
    try:
        with connected(urls.current(config), reading=True) as connection:
            print(plan.standing(config, connection))
            if pending := plan.upgrades(config, connection, "heads"):
                print(plan.told("Pending", pending))
            entries = log.entries(connection)
            faults += log.surprises(
                entries, plan.applied(connection), revisions.read(config.versions)
            )
    except Problem as problem:
        if problem.status != UNREACHABLE:
            raise
        print(f"The database was not looked at: {problem.what}")
    for fault in faults:
        print(fault)
    if not faults:
        print("The models and the migrations agree.")
    return 1 if faults else 0
