"""Revisions that bring one adopted database to head, and do nothing on all others."""

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
from stratakit.adopt.alterations.postgresql import online
from stratakit.adopt.literal import literal
from stratakit.adopt.repair_comments import locks, review
from stratakit.catalog import Catalog, Difference
from stratakit.config import Backend
from stratakit.engine.connect import connect
from stratakit.engine.url import BACKENDS
from stratakit.revisions import alembic_config, guards
from stratakit.revisions.log import log_table
from stratakit.runtime.environment import Environment
from stratakit.scratch import head

NEEDED = "adopted with differences that {} repairs"
GUARD = """\
# Only a database that was adopted as it was needs this: the others are at head.
if not repair.needed(op, "{revision}"):
    return
"""
MESSAGES = ("repair an adopted database", "repair indexes and constraints")
CHECK_LATER = "SET LOCAL check_function_bodies = off"
"""A function may name an object that is created after it."""


@dataclass(frozen=True)
class Repair:
    """The revisions that were written.

    Args:
        paths: their files, in the order in which they run. On PostgreSQL a second one builds
            indexes and validates constraints while the tables are used.
        revision: the id of the first one.
        repaired: the differences that they remove.
        unresolved: those for which there is no statement.
    """

    paths: Sequence[Path]
    revision: str
    repaired: Sequence[Difference]
    unresolved: Sequence[Difference]


def needed(op: Operations, revision: str) -> bool:
    """Return whether the database was adopted with differences that a revision repairs.

    A new database has no log yet, or no such entry in it.

    Args:
        op: Alembic's operations, as revisions have them.
        revision: the id of the first revision of the repair.
    """
    if op.get_context().as_sql:
        return False
    note = NEEDED.format(revision)
    connection = op.get_bind()
    log = log_table(op.get_context().version_table_schema)
    if not inspect(connection).has_table(log.name, log.schema):
        return False
    return connection.execute(select(log.c.id).where(log.c.note == note)).first() is not None


def write_repair(project: Environment, actual: Catalog) -> Repair | Sequence[Difference]:
    """Write revisions that bring the database to the schema at head.

    Args:
        project: what env.py says.
        actual: the catalog of the database.

    Returns:
        The revisions; the differences alone if there is a statement for none of them.

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
        backend = BACKENDS[at_head.dialect.name]
    if not alterations.statements:
        return differences
    repaired = [each for each in differences if each not in alterations.unresolved]
    comments = [*review(repaired, expected, actual, backend)]
    first = secrets.token_hex(6)
    paths = []
    for revision, message, body in zip(
        (first, secrets.token_hex(6)),
        MESSAGES,
        _bodies(alterations.statements, comments, actual, backend),
        strict=False,
    ):
        script = directory.generate_revision(
            revision,
            message,
            head="head",
            upgrades=_guard(first) + body,
            downgrades="pass",
            imports="from stratakit.adopt import repair",
        )
        assert script is not None
        paths.append(Path(script.path))
    return Repair(paths, first, repaired, alterations.unresolved)


def _bodies(
    statements: Sequence[str], comments: Sequence[str], actual: Catalog, backend: Backend
) -> Iterator[str]:
    """Return the code of each revision, the first one after the comments about all."""
    if backend != "postgresql":
        yield _code(comments, _calls(statements))
        return
    split = online.split(statements, actual)
    if split.main:
        warnings = locks(online.locked_tables(split.main, actual))
        yield _code([*comments, *warnings], _calls([CHECK_LATER, *split.main]))
        comments = []
    transaction = [*split.validations, *split.afterwards]
    if split.concurrently or transaction:
        warnings = locks(online.locked_tables(split.afterwards, actual))
        block = [f"    {call}" for call in _calls(split.concurrently)]
        outside = ["with op.get_context().autocommit_block():", *block] if block else []
        yield _code([*comments, *warnings], [*outside, *_calls(transaction)])


def _guard(revision: str) -> str:
    return textwrap.indent(GUARD.format(revision=revision), "    ").strip()


def _code(comments: Sequence[str], calls: Sequence[str]) -> str:
    """Return the body of `upgrade()` after its guard."""
    lines = [*comments, *calls]
    return "".join(f"\n    {line}" for line in lines)


def _calls(statements: Sequence[str]) -> list[str]:
    return [f"op.execute({literal(each)})" for each in statements]
