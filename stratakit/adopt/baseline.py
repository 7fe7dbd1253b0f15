"""The baseline revision, written from a database and verified by creating another one from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection

from stratakit import catalog, scratch
from stratakit.adopt import match
from stratakit.adopt.ddl import statements
from stratakit.adopt.literal import literal
from stratakit.catalog import Catalog, ObjectKey
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.engine import errors
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.process.client import ClientError
from stratakit.revisions import alembic_config, history
from stratakit.revisions.history import Revision
from stratakit.revisions.log import LOG
from stratakit.revisions.manifest import BASELINE
from stratakit.revisions.source import is_empty
from stratakit.runtime.environment import Environment

FILE = '''"""{message}

{summary}
Breaking changes: none
Manual steps: none

Revision: {revision}
Follows: nothing
"""

from alembic import op

revision = "{revision}"
down_revision = None
branch_labels = {labels}
depends_on = None
{declarations}
irreversible = "{irreversible}"

STATEMENTS = (
{statements}
)


def upgrade() -> None:
{comment}    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError(irreversible)
'''


@dataclass(frozen=True)
class FirstRevision:
    """A revision that creates a schema, for its file.

    Args:
        revision: its id, its file and its message.
        summary: a sentence on where the schema is from.
        irreversible: a sentence on why it cannot be undone.
        labels: the branch labels.
        declarations: further lines at the top of the file.
        comment: lines before its statements.
    """

    revision: Revision
    summary: str
    irreversible: str
    labels: tuple[str, ...] = ()
    declarations: str = ""
    comment: str = ""

    def text(self, statements: Sequence[str]) -> str:
        """Return the content of the file."""
        return FILE.format(
            message=self.revision.message,
            summary=self.summary,
            revision=self.revision.id,
            labels=self.labels or None,
            declarations=self.declarations,
            irreversible=self.irreversible,
            comment=self.comment,
            statements="\n".join(f"    {literal(statement)}," for statement in statements),
        )


def write_baseline(
    project: Environment, connection: Connection, url: DatabaseURL, expected: Catalog
) -> tuple[Path, str]:
    """Write the schema of a database into the first revision, which has to be empty.

    Args:
        project: what env.py says.
        connection: to the database, which is only read.
        url: its URL.
        expected: what env.py compares of its catalog.

    Returns:
        The file, and its revision id.

    Raises:
        StrataError: the first revision is not empty, or the baseline creates another schema. The
            file is unchanged then.
    """
    revision = _first_revision(project.config)
    before = revision.path.read_bytes() if revision.path.exists() else None
    summary = (
        "The schema that existed before migrations were used, written from the database "
        f"{url.name}."
    )
    first = FirstRevision(revision, summary, BASELINE)
    try:
        write_schema(project, connection, url, expected, first)
    except BaseException:
        if before is None:
            revision.path.unlink(missing_ok=True)
        else:
            revision.path.write_bytes(before)
        raise
    return revision.path, revision.id


def write_schema(
    project: Environment,
    connection: Connection,
    url: DatabaseURL,
    expected: Catalog,
    first: FirstRevision,
) -> None:
    """Write the file of a first revision, and verify it by a database that it creates.

    Args:
        project: what env.py says.
        connection: to the database with the schema, which is only read.
        url: its URL.
        expected: what env.py compares of its catalog.
        first: the revision.

    Raises:
        StrataError: the revision creates another schema. The file stays as it was written.
    """
    try:
        ddl = statements(connection, url, _left_out(project, connection, expected))
    except ClientError as error:
        raise DatabaseUnavailable(f"The schema of {url} cannot be read: {error}") from error
    first.revision.path.write_text(first.text(ddl), encoding="utf-8")
    _prove(project, first.revision, expected)


def is_possible(config: Config) -> bool:
    """Return whether a first revision can be written: there is none, or an empty one."""
    revisions = history.read(config.revision_files)
    roots = [revision for revision in revisions.values() if not revision.parents]
    return not revisions or (len(roots) == 1 and is_empty(roots[0].path, "upgrade"))


def _left_out(project: Environment, connection: Connection, expected: Catalog) -> set[str]:
    """Return the tables, and their sequences, that env.py does not compare."""
    left_out = {*catalog.not_compared(project.version_table), f"{LOG.name}_id_seq"}
    for key, attributes in catalog.read(connection, project.version_table).items():
        if key.kind == "table" and key not in expected:
            left_out.add(key.name)
        elif key.kind == "sequence" and ObjectKey("table", "", key.table) not in expected:
            left_out |= {attributes["named"]} if key.table else set()
    return left_out


def _first_revision(config: Config) -> Revision:
    revisions = history.read(config.revision_files)
    if not revisions:
        config.versions.mkdir(parents=True, exist_ok=True)
        return Revision("001", (), config.versions / "001_baseline.py", "baseline")
    roots = [revision for revision in revisions.values() if not revision.parents]
    if len(roots) != 1:
        raise StrataError(
            f"There are {len(roots)} first revisions in {config.versions}.",
            detail="All other revisions follow the baseline.",
            hint=f"See them: {MIGRATE} history",
        )
    if not is_empty(roots[0].path, "upgrade"):
        raise StrataError(
            f"The first revision, {roots[0].path.name}, is not empty.",
            detail="Databases that ran it would not get the baseline.",
            hint=f"Repair this database instead: {MIGRATE} adopt --repair",
        )
    return roots[0]


def _prove(project: Environment, first: Revision, expected: Catalog) -> None:
    """Create a database from the baseline and compare it, then run the other revisions on it."""
    config = project.config
    with scratch.database(config) as url, connect(url) as connection:
        try:
            scratch.upgrade(url, config, first.id)
        except (CommandError, StrataError) as error:
            raise _build_failure(str(error)) from error
        actual = match.read_included(connection, project)
        connection.rollback()
        if differences := catalog.differences(expected, actual):
            lines = "\n".join(f"  {difference}" for difference in differences)
            raise StrataError(
                f"The baseline does not match the database:\n{lines}",
                detail="A new database would differ from this one.",
                hint="Nothing was written. Please report the differences: this is a bug in adopt.",
            )
        for head in alembic_config.scripts(config).get_heads():
            scratch.upgrade(url, config, head)


def _build_failure(output: str) -> StrataError:
    message = output.partition("\n")[0]
    if missing := errors.missing_server_object(message):
        return StrataError(
            f"No database can be built from the baseline: {message}\n{missing}",
            detail="A baseline is verified by building a database from it. Nothing was written.",
            hint=errors.INSTALL_ON_SERVER_HINT,
        )
    return StrataError(
        f"No database can be built from the baseline: {message}",
        detail="A baseline is verified by building a database from it.",
        hint="Nothing was written. Please report it: this is a bug in adopt.",
    )
