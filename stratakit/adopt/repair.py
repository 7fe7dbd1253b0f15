"""A revision that brings one adopted database to head, and does nothing on all others."""

import secrets
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.operations import Operations
from sqlalchemy import inspect, select

from stratakit import catalog
from stratakit.adopt import match
from stratakit.adopt.alterations import write_alterations
from stratakit.adopt.literal import literal
from stratakit.catalog import Catalog, Difference
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, guards
from stratakit.revisions.log import LOG
from stratakit.revisions.review_comments import INDENT, MARK
from stratakit.runtime.environment import Environment
from stratakit.scratch import head

NEEDED = "adopted with differences that {} repairs"
GUARD = """\
# Only a database that was adopted as it was needs this: the others are at head.
if not repair.needed(op, revision):
    return
"""
CHECK_LATER = "SET LOCAL check_function_bodies = off"
"""A function may name an object that is created after it."""


@dataclass(frozen=True)
class Repair:
    """A revision that was written.

    Args:
        path: its file.
        revision: its id.
        repaired: the differences that it removes.
        unresolved: those for which there is no statement.
    """

    path: Path
    revision: str
    repaired: Sequence[Difference]
    unresolved: Sequence[Difference]


def needed(op: Operations, revision: str) -> bool:
    """Return whether the database was adopted with differences that a revision repairs.

    A new database has no log yet, or no such entry in it.

    Args:
        op: Alembic's operations, as revisions have them.
        revision: the id of the revision that asks.
    """
    if op.get_context().as_sql:
        return False
    note = NEEDED.format(revision)
    connection = op.get_bind()
    if not inspect(connection).has_table(LOG.name):
        return False
    return connection.execute(select(LOG.c.id).where(LOG.c.note == note)).first() is not None


def write_repair(project: Environment, actual: Catalog) -> Repair | Sequence[Difference]:
    """Write a revision that brings the database to the schema at head.

    Args:
        project: what env.py says.
        actual: the catalog of the database.

    Returns:
        The revision; the differences alone if there is a statement for none of them.

    Raises:
        StrataError: there are several heads, or no server for a scratch database.
    """
    config = project.config
    directory = alembic_config.scripts(alembic_config.alembic_config(config, quiet=True))
    guards.require_one_head(directory)
    with head.head_database(project) as url, connect(url, read_only=True) as at_head:
        expected = match.read_included(at_head, project)
        differences = [
            each
            for each in catalog.differences(expected, actual)
            if not each.is_accepted(config.allowed)
        ]
        alterations = write_alterations(expected, actual, differences, at_head)
        is_postgresql = at_head.dialect.name == "postgresql"
    if not alterations.statements:
        return differences
    repaired = [each for each in differences if each not in alterations.unresolved]
    statements = [*([CHECK_LATER] if is_postgresql else []), *alterations.statements]
    revision = secrets.token_hex(6)
    script = directory.generate_revision(
        revision,
        "repair an adopted database",
        head="head",
        upgrades=_code(repaired, statements),
        downgrades="pass",
        imports="from stratakit.adopt import repair",
    )
    assert script is not None
    return Repair(Path(script.path), revision, repaired, alterations.unresolved)


def _code(repaired: Sequence[Difference], statements: Sequence[str]) -> str:
    """Return the body of `upgrade()`, with a comment for each table and column that is dropped."""
    lines = [*_comments(repaired), *(f"op.execute({literal(each)})" for each in statements)]
    return textwrap.indent(GUARD, "    ").strip() + "\n    " + "\n    ".join(lines)


def _comments(repaired: Sequence[Difference]) -> Iterator[str]:
    for each in repaired:
        if each.loses_rows:
            yield f"{MARK} {each.key} is dropped with its data."
            yield f'{INDENT}If it is intended, name it in strata.toml: allowed = ["{each.allowed}"]'
