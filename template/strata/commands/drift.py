"""Show what was changed in the database by hand: its schema against the revision it claims.

Nothing is written. Exit status 1 where they differ.
"""

from argparse import ArgumentParser, Namespace

from strata import compare, plan, urls
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem


def add_arguments(parser: ArgumentParser) -> None:
    """`drift` takes nothing."""


def run(arguments: Namespace, config: Config) -> int:
    """Compare the database with what its revision makes on a scratch database."""
    with connected(urls.current(config)) as connection:
        heads = plan.applied(connection)
        plan.refuse_unknown_revision(config, heads)
        revision = "heads" if len(heads) > 1 else next(iter(heads), None)
        found = compare.differences(connection, config, revision)
        print(plan.standing(config, connection))
    if not found:
        print("Its schema is what that revision makes.")
        return 0
    raise Problem(
        f"Its schema is not what that revision makes. What would make it so:\n{found}",
        why="Somebody changed it by hand: the next revisions may fail here, and a new database "
        "does not get the change.",
        remedy=f"Undo it, and write it as a revision if it is meant:\n{found.sql}",
    )
