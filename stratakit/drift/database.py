"""Comparison of a database with the schema at a revision."""

import os
import re
import subprocess
import sys
from collections.abc import Collection, Sequence
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
from stratakit.engine.versions import describe_versions, server_version
from stratakit.revisions import accepted, position
from stratakit.runtime.environment import Environment
from stratakit.runtime.filters import EnvironmentFilter

DROPS = re.compile(r"\bDROP (TABLE|COLUMN)\b")
LOSS_WARNING = f"-- What is dropped is lost with its rows: {MIGRATE} backup"


@dataclass(frozen=True)
class Differences:
    """The differences between a database and the schema at a revision.

    Args:
        differences: the differences of the catalogs.
        statements: the SQL that would remove them, as far as Alembic can.
        versions: a sentence if the two servers differ in their major version; else empty.
        accepted: those that the project has accepted, in words.
    """

    differences: Sequence[Difference]
    statements: Sequence[str]
    versions: str = ""
    accepted: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.differences)

    def __str__(self) -> str:
        return "\n".join(
            [*(f"  {each}" for each in self.differences), *filter(None, [self.versions])]
        )

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
    metadata: MetaData | None = MetaData()
    expected, versions = Catalog(), ""
    connection = position.connection_of(context)
    left_out = catalog.not_compared(connection, project.version_table)
    if revision is not None:
        with scratch.database(config) as url:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
            with connect(url, read_only=True) as replayed:
                expected = catalog.read(replayed, project.version_table)
                expected = EnvironmentFilter(project, replayed).filter(expected)
                versions = describe_versions(*map(server_version, (replayed, connection)))
                metadata = _reflect(replayed, left_out)
    actual = catalog.read(connection, project.version_table)
    actual = EnvironmentFilter(project, connection).filter(actual)
    if ignore_primary_key_names:
        expected, actual = (each.unnamed("primary key") for each in (expected, actual))
    present = [
        each
        for each in catalog.differences(expected, actual)
        if not each.is_allowed_in_database(config.allowed)
    ]
    known = accepted.read(config).database & {str(each) for each in present}
    differences = [each for each in present if str(each) not in known]
    if not differences:
        return Differences((), (), accepted=known)
    dialect = connection.dialect
    dropped = removals(differences, dialect.identifier_preparer, dialect.name)
    remedy = [*dropped, *_remedy(project, connection, metadata, differences)]
    return Differences(differences, remedy, versions, known)


def _reflect(connection: Connection, left_out: Collection[str]) -> MetaData | None:
    """Reflect the tables of a scratch database; None if SQLAlchemy does not know what they have."""
    metadata = MetaData()
    try:
        metadata.reflect(connection, only=lambda name, _: name not in left_out)
    except Exception:
        # What differs is known without it.
        return None
    return metadata


def _remedy(
    project: Environment,
    connection: Connection,
    metadata: MetaData | None,
    differences: Sequence[Difference],
) -> list[str]:
    """Return the SQL that brings some tables to a schema; a comment if there is no such SQL.

    Reflection, Alembic's comparison and the rendering of SQL fail on what they do not know. What
    differs is known before, and is reported all the same.

    Args:
        project: what env.py says.
        connection: to the database.
        metadata: the tables as they should be; None if they could not be reflected.
        differences: what differs.
    """
    if metadata is None:
        return ["-- The SQL cannot be worked out: the tables cannot be reflected."]
    # What env.py compares of the models does not matter here.
    compared = {"target_metadata": metadata, "compare_type": True, "compare_server_default": True}
    replayed = replace(project, arguments={**project.arguments, **compared})
    tables = {each.key.table or each.key.name for each in differences}
    try:
        # A query that fails ends no more than the savepoint.
        with connection.begin_nested():
            operations = alembic_operations(replayed, connection, tables)
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
        env={**os.environ, PROJECT_VARIABLE: str(config.root)},
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
