"""A difference between the models and the database, on its way to revision files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from alembic.operations import ops
from sqlalchemy import MetaData, Table

from stratakit.config import Backend
from stratakit.operations import walk

Operations = Sequence[ops.MigrateOperation]


@dataclass
class RevisionStep:
    """One revision of a change.

    Args:
        title: what the revision does; it precedes the message if the change has several steps.
        upgrade: its operations, in the order in which they run.
        downgrade: the operations that undo them, in the order in which they run.
        is_contract: whether it removes what other code may still use: it runs after all others.
        phase: `expand`, `backfill` or `contract`; empty if only a person can tell.
        requires_backfill: the backfill that has to be complete before it.
        requires_unused: the trigger by which old code has to have written nothing for a minute.
        irreversible: why the downgrade, an `IrreversibleOp`, fails; empty if there is a way back.
        breaking_changes: what code without the revision may fail after, a phrase for each.
    """

    title: str
    upgrade: list[ops.MigrateOperation] = field(default_factory=list)
    downgrade: list[ops.MigrateOperation] = field(default_factory=list)
    is_contract: bool = False
    phase: str = ""
    requires_backfill: str = ""
    requires_unused: str = ""
    irreversible: str = ""
    breaking_changes: list[str] = field(default_factory=list)

    def add(self, upgrade: Operations, downgrade: Operations) -> None:
        """Add operations to the upgrade, and those that undo them to the downgrade."""
        self.upgrade += upgrade
        self.downgrade[:0] = downgrade


@dataclass
class Change:
    """The state that each stage of the pipeline reads and extends.

    Args:
        backend: the kind of database.
        metadata: the tables that the models declare.
        server_version: the major version of the production server; 0 if it is unknown.
        operations: nested as Alembic's comparison returns them.
        hazards: what a person has to review, by the operation that it concerns.
        steps: the revisions, in the order in which they run.
    """

    backend: Backend
    metadata: MetaData
    server_version: int
    operations: list[ops.MigrateOperation]
    hazards: dict[ops.MigrateOperation, list[str]] = field(default_factory=dict)
    steps: list[RevisionStep] = field(default_factory=list)

    def warn(self, operation: ops.MigrateOperation, hazard: str) -> None:
        """Attach a hazard to an operation, after the hazards that it has."""
        self.hazards.setdefault(operation, []).append(hazard)

    def table(self, operation: ops.MigrateOperation) -> Table | None:
        """Return the table of an operation as the models declare it; None if they do not."""
        return self.metadata.tables.get(walk.full_name(operation))
