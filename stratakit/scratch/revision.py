"""New revisions, compared with a scratch database at head instead of the project's own.

So an outdated, drifted or unreachable database cannot get into a revision.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import MetaData, inspect

from stratakit import scratch
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.alembic_config import alembic_config, scripts
from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.environment import Environment
from stratakit.runtime.run import run_environment
from stratakit.scratch.head import head_database


def write_revisions(
    project: Environment,
    message: str,
    options: RunOptions,
    *,
    autogenerate: bool,
    head: str = "head",
) -> Sequence[Script]:
    """Write revisions for what the models have and the revisions do not create.

    Args:
        project: what env.py says.
        message: of the first revision.
        options: the command's.
        autogenerate: whether to compare; else one revision without operations is written.
        head: the revision to follow, such as `label@head`.

    Returns:
        The revisions; none if nothing has changed.

    Raises:
        StrataError: env.py or a revision cannot be run, or the message says nothing.
    """
    config = project.config
    alembic = alembic_config(config, quiet=True, autogenerate=autogenerate)
    directory = scripts(alembic)
    arguments = {
        "message": message,
        "autogenerate": autogenerate,
        "sql": False,
        "head": head,
        "splice": False,
        "branch_label": None,
        "version_path": None,
        "rev_id": None,
        "depends_on": None,
    }
    revision = RevisionContext(alembic, directory, arguments)

    def compare(heads: Any, context: MigrationContext) -> Iterable[Any]:
        run = revision.run_autogenerate if autogenerate else revision.run_no_autogenerate
        run(heads, context)
        return []

    with head_database(project) as url, scratch.ONE_MIGRATION_AT_A_TIME:
        if autogenerate:
            _require_models(project, url)
        run_environment(
            alembic,
            ChangeRun(config, options),
            compare,
            target=lambda _backend: url,
            script=directory,
            template_args=revision.template_args,
            revision_context=revision,
        )
    with silent_hooks():
        return [script for script in revision.generate_scripts() if script]


@contextmanager
def silent_hooks() -> Iterator[None]:
    """Leave out what Alembic prints of each write hook, even when it is quiet."""
    with redirect_stdout(StringIO()):
        yield


def is_without_models(metadata: MetaData, tables: Collection[str]) -> bool:
    """Return whether there are no models although the migrations create tables.

    Models of other tables are no such case: every table may have been renamed.

    Args:
        metadata: the tables of the models.
        tables: the names of the migrations' tables.
    """
    return bool(tables) and not {table.name for table in metadata.tables.values()} - {*OWN_TABLES}


def missing_models_error() -> StrataError:
    """Return the error of an env.py that names no model."""
    return StrataError(
        "The target_metadata of env.py has no tables, and the migrations create some.",
        detail="The modules of the models are not imported. A revision that autogenerate writes "
        "now would drop every table.",
        hint="Import the models in env.py, before it uses target_metadata.",
    )


def _require_models(project: Environment, url: DatabaseURL) -> None:
    with connect(url, read_only=True) as connection:
        tables = set(inspect(connection).get_table_names())
    tables -= {*OWN_TABLES, project.version_table.rpartition(".")[2]}
    if is_without_models(project.metadata, tables):
        raise missing_models_error()
