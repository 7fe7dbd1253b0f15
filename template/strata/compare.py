"""Whether a database is what a revision makes."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from strata import catalogue, plan, revisions, scratch
from strata.autogenerate import comparison
from strata.catalogue import Catalogue, Difference
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem
from strata.statements import statements

DROPS = re.compile(r"\bDROP (TABLE|COLUMN)\b")
LOST = "-- What is dropped is lost with its rows: python scripts/migrate.py backup"
URLS = ("DATABASE_URL", "MIGRATION_DATABASE_URL")


@dataclass(frozen=True)
class Differences:
    """What a database has otherwise than a revision makes it."""

    found: Sequence[Difference]
    statements: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.found)

    def __str__(self) -> str:
        return "\n".join(f"  {each}" for each in self.found)

    @property
    def sql(self) -> str:
        """The statements that would mend it, one a line, as far as Alembic can tell them."""
        lost = [LOST] if any(DROPS.search(each) for each in self.statements) else []
        return "\n".join(f"  {statement}" for statement in (*lost, *self.statements))


def differences(
    connection: Connection, config: Config, revision: str | None, *, taking_over: bool = False
) -> Differences:
    """Compare a database with what the migrations up to a revision make, by their catalogues.

    They are run on a scratch database, in a process of their own: Alembic's proxies serve one run
    at a time in a process.

    Args:
        connection: to the database; it is only read.
        config: the service's; what it allows may be in the database beside.
        revision: a revision id or `heads`; None for the state before the first one.
        taking_over: whether primary keys may have another name, as in a database that others made.

    Returns:
        What differs; false where nothing does.
    """
    made = MetaData()
    expected = Catalogue()
    if revision is not None:
        with scratch.database(config) as url:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
            with connected(url, reading=True) as replayed:
                expected = catalogue.read(replayed)
                made.reflect(replayed, only=lambda name, _: name not in catalogue.NOT_COMPARED)
    actual = catalogue.read(connection)
    if taking_over:
        expected, actual = (each.unnamed("primary key") for each in (expected, actual))
    found = [
        each
        for each in catalogue.differences(expected, actual)
        if each.attribute or each.found is None or not each.allowed(config.allowed)
    ]
    if not found:
        return Differences((), ())
    context = MigrationContext.configure(connection, opts=comparison(made, config.allowed))
    operations = produce_migrations(context, made).upgrade_ops
    assert operations is not None
    return Differences(found, statements(operations, connection.dialect.name))


def refuse_difference(connection: Connection, config: Config, revision: str | None) -> None:
    """Raise a Problem where a database is not what a revision makes.

    Args:
        revision: a revision id; None for the state before the first one.
    """
    found = differences(connection, config, revision, taking_over=True)
    if found:
        name = revision or "base"
        raise Problem(
            f"The database is not what {name} makes. What differs:\n{found}",
            why="A stamp that is not true makes the next revisions fail, or skip what they need.",
            remedy=_way(connection, config, name, found),
        )


def _way(connection: Connection, config: Config, name: str, found: Differences) -> str:
    """What brings a database to a revision that it is not at."""
    chain = revisions.read(config.versions)
    standing = next(iter(plan.applied(connection)), None)
    known = standing is None or standing in chain
    if (
        known
        and standing != name
        and not differences(connection, config, standing, taking_over=True)
    ):
        if standing is None or standing in chain.history([name]):
            return f"Apply what is missing: python scripts/migrate.py upgrade {name}"
        return f"Undo what is too much: python scripts/migrate.py downgrade {name}"
    for head in chain.heads if len(chain.heads) == 1 else ():
        if head not in (name, standing) and not differences(
            connection, config, head, taking_over=True
        ):
            return f"It is what {head} makes: python scripts/migrate.py stamp {head}"
    return (
        f"Make it so by hand:\n{found.sql}\n"
        "or, knowing better, with a reason that is logged: "
        f'python scripts/migrate.py stamp {name} --force "reason"'
    )


def _replay(config: Config, revision: str, url: str) -> None:
    replay = subprocess.run(
        [sys.executable, "-m", "strata", "upgrade", revision],
        cwd=config.root,
        env={**os.environ, **dict.fromkeys(URLS, url), "ENVIRONMENT": "test"},
        capture_output=True,
        text=True,
    )
    if replay.returncode != 0:
        raise Problem(
            f"The revisions up to {revision} do not run on an empty database:\n{replay.stderr}",
            why="Without them there is nothing to compare with.",
        )
