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

from stratakit import catalog, scratch
from stratakit.autogenerate.as_sql import statements
from stratakit.autogenerate.options import comparison
from stratakit.catalog import Catalog, Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE, PROJECT_VARIABLE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect

DROPS = re.compile(r"\bDROP (TABLE|COLUMN)\b")
LOST = f"-- What is dropped is lost with its rows: {MIGRATE} backup"
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


def compare_database(
    connection: Connection,
    config: Config,
    revision: str | None,
    *,
    ignore_primary_key_names: bool = False,
) -> Differences:
    """Compare a database with what the migrations up to a revision make, by their catalogues.

    They are run on a scratch database, in a process of their own: Alembic's proxies serve one run
    at a time in a process.

    Args:
        connection: to the database; it is only read.
        config: the service's; what it allows may be in the database beside.
        revision: a revision id or `heads`; None for the state before the first one.
        ignore_primary_key_names: whether primary keys may have another name, as in a database
            that others made.

    Returns:
        What differs; false where nothing does.
    """
    made = MetaData()
    expected = Catalog()
    if revision is not None:
        with scratch.database(config) as url:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
            with connect(url, read_only=True) as replayed:
                expected = catalog.read(replayed)
                made.reflect(replayed, only=lambda name, _: name not in catalog.NOT_COMPARED)
    actual = catalog.read(connection)
    if ignore_primary_key_names:
        expected, actual = (each.unnamed("primary key") for each in (expected, actual))
    found = [
        each
        for each in catalog.differences(expected, actual)
        if each.attribute or each.found is None or not each.is_allowed(config.allowed)
    ]
    if not found:
        return Differences((), ())
    context = MigrationContext.configure(connection, opts=comparison(made, config.allowed))
    operations = produce_migrations(context, made).upgrade_ops
    assert operations is not None
    return Differences(found, statements(operations.ops, connection.dialect.name))


def _replay(config: Config, revision: str, url: str) -> None:
    replay = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "stratakit.drift.replay", revision],
        cwd=config.root,
        env={
            **os.environ,
            **dict.fromkeys(URLS, url),
            PROJECT_VARIABLE: str(config.root),
            "ENVIRONMENT": "test",
        },
        input=url,
        capture_output=True,
        text=True,
    )
    if replay.returncode != 0:
        raise StrataError(
            f"The revisions up to {revision} do not run on an empty database:\n{replay.stderr}",
            detail="Without them there is nothing to compare with.",
        )
