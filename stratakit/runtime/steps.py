"""The functions from which Alembic gets the revisions of a run, as its own commands make them."""

from collections.abc import Iterable
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script

from stratakit import alembic_private
from stratakit.runtime.run import Steps


def upgrade_steps(revision: str) -> Steps:
    """Return the steps of an upgrade to an id, `head`, `heads` or a step such as `+1`."""

    def upgrade(heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return alembic_private.upgrade_steps(context.script, revision, heads)

    return upgrade


def downgrade_steps(revision: str) -> Steps:
    """Return the steps of a downgrade to an id, `base` or a step such as `-1`."""

    def downgrade(heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return alembic_private.downgrade_steps(context.script, revision, heads)

    return downgrade


def stamp_steps(revision: str) -> Steps:
    """Return the steps of a stamp of an id, `head`, `heads` or `base`."""

    def stamp(heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return alembic_private.stamp_steps(context.script, revision, heads)

    return stamp


def one_step(revision: Script, *, is_upgrade: bool) -> Steps:
    """Return the step of one revision alone.

    By its id, a downgrade at two heads is ambiguous; one to its parent includes the other branch.
    """

    def upgrade(_heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return [RevisionStep(context.script.revision_map, revision, True)]

    def downgrade(_heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return [RevisionStep(context.script.revision_map, revision, False)]

    return upgrade if is_upgrade else downgrade
