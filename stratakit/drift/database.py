"""Comparison of a database with the schema at a revision."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from stratakit import catalog, scratch
from stratakit.autogenerate.as_sql import statements
from stratakit.catalog import Catalog, Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE, PROJECT_VARIABLE
from stratakit.diagnostics.errors import StrataError, describe_exception
from stratakit.drift.models import alembic_operations
from stratakit.drift.removal import removals
from stratakit.engine.connect import connect
from stratakit.engine.url import BACKENDS
from stratakit.revisions import position
from stratakit.runtime.environment import Environment
from stratakit.runtime.filters import EnvironmentFilter

DROPS = re.compile(r"\bDROP (TABLE|COLUMN)\b")
LOSS_WARNING = f"-- What is dropped is lost with its rows: {MIGRATE} backup"
URLS = ("DATABASE_URL", "MIGRATION_DATABASE_URL")


@dataclass(frozen=True)
class Differences:
    """The differences between a database and the schema at a revision.

    Args:
        differences: the differences of the catalogs.
        statements: the SQL that would remove them, as far as Alembic can.
    """

    differences: Sequence[Difference]
    statements: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.differences)

    def __str__(self) -> str:
        return "\n".join(f"  {each}" for each in self.differences)

    @property
    def sql(self) -> str:
        """The statements, one a line, after a warning if they drop something."""
        warning = [LOSS_WARNING] if any(DROPS.search(each) for each in self.statements) else []
        return "\n".join(f"  {statement}" for statement in (*warning, *self.statements))


def compare_database(
    context: MigrationContext,
    project: Environment,
    revision: str | None,
    *,
    ignore_primary_key_names: bool = False,
) -> Differences:
    """Compare the catalog of a database with the one at a revision.

    The revisions are applied to a scratch database, in a process of their own: Alembic's proxies
    serve one run at a time in a process.

    Args:
        context: of the database; it is only read.
        project: what env.py says, whose filters and version table stay in force, and whose
            allowed objects may be additional.
        revision: a revision id or `heads`; None for the state before the first one.
        ignore_primary_key_names: whether primary keys may have another name, as in a database
            that other tools created.

    Returns:
        The differences, which are false if there are none.

    Raises:
        StrataError: the revisions do not run on an empty database.
    """
    config = replace(project.config, database=BACKENDS[context.dialect.name])
    metadata = MetaData()
    expected = Catalog()
    connection = position.connection_of(context)
    left_out = catalog.not_compared(connection, project.version_table)
    if revision is not None:
        with scratch.database(config) as url:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
            with connect(url, read_only=True) as replayed:
                expected = catalog.read(replayed, project.version_table)
                expected = EnvironmentFilter(project, replayed).filter(expected)
                with suppress(Exception):
                    # What cannot be reflected has no remedy, and differs nevertheless.
                    metadata.reflect(replayed, only=lambda name, _: name not in left_out)
    actual = catalog.read(connection, project.version_table)
    actual = EnvironmentFilter(project, connection).filter(actual)
    if ignore_primary_key_names:
        expected, actual = (each.unnamed("primary key") for each in (expected, actual))
    differences = [
        each
        for each in catalog.differences(expected, actual)
        if each.attribute or each.actual is None or not each.is_allowed(config.allowed)
    ]
    if not differences:
        return Differences((), ())
    replayed_project = replace(
        project, arguments={**project.arguments, "target_metadata": metadata}
    )
    tables = {each.key.table or each.key.name for each in differences}
    dialect = connection.dialect
    dropped = removals(differences, dialect.identifier_preparer, dialect.name)
    return Differences(differences, [*dropped, *_remedy(replayed_project, connection, tables)])


def _remedy(project: Environment, connection: Connection, tables: set[str]) -> list[str]:
    """Return the SQL that brings some tables to a schema; a comment if there is no such SQL.

    Reflection, Alembic's comparison and the rendering of SQL fail on what they do not know. What
    differs is known before, and is reported all the same.
    """
    try:
        operations = alembic_operations(project, connection, tables)
        return statements(operations, connection.dialect.name)
    except Exception as error:
        return [f"-- The SQL cannot be worked out: {describe_exception(error).splitlines()[0]}"]


def _replay(config: Config, revision: str, url: str) -> None:
    process = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "stratakit.drift.replay",
            revision,
            config.alembic_ini,
            config.alembic_section,
            *config.x_arguments,
        ],
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
    if process.returncode != 0:
        # Without an answer Python itself has failed.
        reason = process.stdout.strip() or process.stderr
        raise StrataError(
            f"The revisions up to {revision} do not run on an empty database:\n{reason}",
            detail="Without them there is nothing to compare with.",
        )
