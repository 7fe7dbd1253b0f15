"""Verification after a run: a revision can commit and not be stamped."""

from alembic.runtime.migration import MigrationContext, StampStep

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.runtime.monitor import RunMonitor


def require_stamped(context: MigrationContext, monitor: RunMonitor) -> None:
    """Compare the version row with the steps that have run.

    Args:
        context: of the run that has ended.
        monitor: of the run.

    Raises:
        StrataError: the last revision is not there, or one that was undone still is.
    """
    if not monitor.finished_steps or isinstance(monitor.finished_steps[-1], StampStep):
        return
    connection = context.connection
    assert connection is not None
    if connection.in_transaction():
        connection.rollback()
    heads = context.get_current_heads()
    connection.rollback()
    step = monitor.finished_steps[-1]
    name = step.revision.revision
    if (name in heads) == step.is_upgrade:
        return
    done, wanted = ("ran", "upgrade") if step.is_upgrade else ("was undone", "downgrade")
    raise StrataError(
        f"Revision {name} {done}, and the database is at {', '.join(heads) or 'nothing'}.",
        detail="The revision ended the transaction itself, with commit() or COMMIT: its changes "
        "stay, and its version row does not.",
        hint=f"Take the commit out of {step.revision.path} (what has to be outside of a "
        "transaction goes into `with op.get_context().autocommit_block():`), undo manually what it "
        f"changed, then: {MIGRATE} {wanted}",
    )
