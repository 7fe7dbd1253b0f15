"""New revisions, compared with a scratch database at head instead of the project's own.

So an outdated, drifted or unreachable database cannot get into a revision.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from stratakit import scratch
from stratakit.revisions.alembic_config import alembic_config
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
    alembic = alembic_config(config, quiet=True)
    directory = ScriptDirectory.from_config(alembic)
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
        run_environment(
            alembic,
            ChangeRun(config, options),
            compare,
            target=lambda _backend: url,
            script=directory,
            template_args=revision.template_args,
            revision_context=revision,
        )
    return [script for script in revision.generate_scripts() if script]
