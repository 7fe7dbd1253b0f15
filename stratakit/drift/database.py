"""Comparison of a database with the schema at a revision."""

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from alembic.runtime.migration import MigrationContext

from stratakit import catalog, scratch
from stratakit.adopt import match
from stratakit.adopt.alterations import Alterations, write_alterations
from stratakit.adopt.alterations.step import find_renames
from stratakit.catalog import Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE, PROJECT_VARIABLE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.undone_values import find_undone_values
from stratakit.engine.connect import connect
from stratakit.engine.url import BACKENDS
from stratakit.engine.versions import describe_versions, server_version
from stratakit.revisions import accepted, position
from stratakit.runtime.environment import Environment

LOSS_WARNING = f"-- Dropped objects lose their rows. Back up first: {MIGRATE} backup"


@dataclass(frozen=True)
class Differences:
    """The differences between a database and the schema at a revision.

    Args:
        differences: the differences of the catalogs.
        alterations: the statements that remove them.
        versions: a sentence if the two servers differ in their major version; else empty.
        accepted: those that the project has accepted, in words.
    """

    differences: Sequence[Difference]
    alterations: Alterations
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
        """The statements, after a warning if data is lost; a comment where there is none."""
        lines = [LOSS_WARNING] if any(each.loses_rows for each in self.differences) else []
        lines += [f"{statement};" for statement in self.alterations.statements]
        lines += [f"-- manually: {each}" for each in self.alterations.unresolved]
        return "\n".join(f"  {line}" for line in lines)


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
    connection = position.connection_of(context)
    actual = match.read_included(connection, project)
    with scratch.database(config) as url:
        if revision is not None:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
        with connect(url, read_only=True) as replayed:
            expected = match.read_included(replayed, project)
            actual = actual.without_new_partitions(expected)
            found = catalog.differences(expected, actual)
            renames = find_renames(found, expected, actual)
            other_names = {*renames, *renames.values()} if ignore_primary_key_names else set()
            present = [
                each
                for each in found
                if not each.is_accepted(config.allowed)
                and not (each.key.kind == "primary key" and each.key in other_names)
            ]
            left = find_undone_values(config, context, present)
            present = [each for each in present if each not in left]
            known = accepted.read(config).database & {str(each) for each in present}
            differences = [each for each in present if str(each) not in known]
            return Differences(
                differences,
                write_alterations(expected, actual, differences, replayed),
                describe_versions(server_version(replayed), server_version(connection)),
                known,
            )


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
