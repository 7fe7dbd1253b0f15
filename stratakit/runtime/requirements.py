"""The requirements of a revision: `requires_backfill = "NAME"` in its file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.util import to_tuple

from stratakit.config import Config
from stratakit.engine.migration import reading
from stratakit.revisions import backfills
from stratakit.revisions.position import describe_revision


def require_backfills(
    function: Callable[..., Iterable[Any]], config: Config
) -> Callable[..., Iterator[Any]]:
    """Wrap the function that gives Alembic its steps, so that each waits for its backfills.

    The check of a step comes after the steps before it were applied: they may create the column
    that the backfill fills.

    Args:
        function: the one that gives the steps.
        config: the project's.
    """

    def steps(heads: Any, context: MigrationContext) -> Iterator[Any]:
        for step in function(heads, context):
            if isinstance(step, RevisionStep) and step.is_upgrade:
                names = getattr(step.revision.module, "requires_backfill", None)
                _refuse_incomplete(config, context, step, to_tuple(names, default=()))
            yield step

    return steps


def _refuse_incomplete(
    config: Config, context: MigrationContext, step: RevisionStep, names: tuple[str, ...]
) -> None:
    connection = context.connection
    if names and connection is not None:
        with reading(connection):
            revision = describe_revision(step.revision)
            backfills.refuse_incomplete(config, connection, revision, names)
