"""Statements that bring a database to the schema of another one, from the catalogs of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from stratakit.adopt.alterations import mysql, postgresql, sqlite
from stratakit.adopt.alterations.step import Alter, Step
from stratakit.catalog import Catalog, Difference
from stratakit.config import Backend
from stratakit.engine.url import BACKENDS

WRITERS: dict[Backend, Alter] = {
    "postgresql": postgresql.alter,
    "mysql": mysql.alter,
    "sqlite": sqlite.alter,
}


@dataclass(frozen=True)
class Alterations:
    """The statements for some differences.

    Args:
        statements: in the order in which they can run.
        unresolved: the differences for which there is none, such as a value that an object of the
            server has.
    """

    statements: Sequence[str]
    unresolved: Sequence[Difference]


def write_alterations(
    expected: Catalog,
    actual: Catalog,
    differences: Sequence[Difference],
    at_expected: Connection,
) -> Alterations:
    """Write the statements that remove differences.

    Args:
        expected: the catalog that the database shall have.
        actual: the one that it has.
        differences: those of the two that are removed.
        at_expected: to a database that has the expected catalog; it is only read.
    """
    backend = BACKENDS[at_expected.dialect.name]
    steps: list[Step] = []
    unresolved = []
    for difference, its_steps in WRITERS[backend](expected, actual, differences, at_expected):
        steps += its_steps
        if not its_steps:
            unresolved.append(difference)
    ordered = sorted(steps, key=lambda step: step.order)
    return Alterations([*dict.fromkeys(each.sql for each in ordered if each.sql)], unresolved)
