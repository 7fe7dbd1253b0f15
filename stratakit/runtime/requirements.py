"""The requirements of a revision, which lines of its file name.

`requires_backfill = "NAME"`: a backfill that is complete. `requires_unused = "TRIGGER"`: no write
by old code, as a trigger of `op.create_sync_trigger` has recorded it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.util import to_tuple
from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.migration import reading
from stratakit.revisions import backfills, phases
from stratakit.revisions.position import describe_revision

UNUSED_SECONDS = 60


def check_requirements(
    function: Callable[..., Iterable[Any]], config: Config
) -> Callable[..., Iterator[Any]]:
    """Wrap the function that gives Alembic its steps, so that each is checked before it runs.

    The check of a step comes after the steps before it were applied: they may create the column
    that the backfill fills.

    Args:
        function: the one that gives the steps.
        config: the project's.
    """

    def steps(heads: Any, context: MigrationContext) -> Iterator[Any]:
        for step in function(heads, context):
            if isinstance(step, RevisionStep) and step.is_upgrade:
                _check(config, context, step)
            yield step

    return steps


def _check(config: Config, context: MigrationContext, step: RevisionStep) -> None:
    connection, module = context.connection, step.revision.module
    required = to_tuple(getattr(module, "requires_backfill", None), default=())
    unused = to_tuple(getattr(module, "requires_unused", None), default=())
    if connection is None or not (required or unused):
        return
    revision = describe_revision(step.revision)
    with reading(connection):
        is_contract = getattr(module, "phase", "") == phases.CONTRACT
        backfills.refuse_incomplete(config, connection, revision, required, is_contract=is_contract)
        for name in unused:
            _refuse_used(connection, revision, name)


def _refuse_used(connection: Connection, revision: str, trigger: str) -> None:
    """Raise a StrataError if old code wrote rows by a trigger a short time ago."""
    name = ".".join(map(connection.dialect.identifier_preparer.quote, trigger.split(".")))
    age = connection.scalar(
        text(
            f"SELECT extract(epoch FROM clock_timestamp()) - last_value FROM {name} WHERE is_called"
        )
    )
    if age is not None and age < UNUSED_SECONDS:
        raise StrataError(
            f"{revision} requires that no old code writes, and old code wrote {age:.0f} s ago.",
            detail=f"The trigger {trigger} recorded it. Old code fails after this revision.",
            hint=f"End all processes of the old code, wait {UNUSED_SECONDS} s, then: "
            f"{MIGRATE} upgrade",
        )
