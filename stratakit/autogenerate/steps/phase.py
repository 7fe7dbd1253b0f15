"""The phase of a step, if its operations determine it.

`/ready` of running code depends on it (stratakit/web/health.py), and so does `upgrade --rolling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alembic.operations import ops

from stratakit.autogenerate.change import RevisionStep
from stratakit.autogenerate.describe import describe
from stratakit.autogenerate.steps.optional_columns import is_optional
from stratakit.operations import walk
from stratakit.operations.backfill import BackfillOp
from stratakit.operations.constraints import (
    NotNullConstraintOp,
    UniqueUsingIndexOp,
    ValidateConstraintOp,
)
from stratakit.operations.enums import CreateEnumOp, DropEnumOp
from stratakit.revisions import phases

# They complete what another operation began, and that one determines the phase.
NEUTRAL = (UniqueUsingIndexOp, ValidateConstraintOp)
EXPANDS = (ops.CreateTableOp, ops.CreateTableCommentOp, ops.DropTableCommentOp, CreateEnumOp)
CONTRACTS = (ops.DropTableOp, ops.DropColumnOp, DropEnumOp)


def set_phase(steps: Sequence[RevisionStep]) -> None:
    """Set the phase of each step, unless only a person can tell what it does to running code.

    What may fail then is listed, too: what the step drops, and what code that does not know it
    cannot live with.

    Args:
        steps: those of one change.
    """
    contents = [list(walk.flatten(step.upgrade)) for step in steps]
    subjects = _Subjects.of([operation for content in contents for operation in content])
    for step, content in zip(steps, contents, strict=True):
        phase_of = {each: subjects.phase(each) for each in content if not isinstance(each, NEUTRAL)}
        step.breaking_changes = [
            phrase
            for operation, phase in phase_of.items()
            if phase in ("", phases.CONTRACT)
            for phrase in describe(operation)
        ]
        found = set(phase_of.values())
        # `upgrade --rolling` may defer a contract revision: it contains nothing else.
        if "" in found or (phases.CONTRACT in found and len(found) > 1):
            continue
        step.phase = next(
            (each for each in (phases.CONTRACT, "backfill") if each in found), "expand"
        )


@dataclass(frozen=True)
class _Subjects:
    """The tables and columns of all steps of a change, each column after its table.

    Args:
        added: what the change adds, which running code does not know.
        dropped: what the change drops, which newer code does not know.
        required: the dropped ones that newer code cannot insert a row without.
    """

    added: frozenset[tuple[str, str]]
    dropped: frozenset[tuple[str, str]]
    required: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, operations: Sequence[ops.MigrateOperation]) -> "_Subjects":
        added, dropped, required, relaxed = (set[tuple[str, str]]() for _ in range(4))
        for operation in operations:
            subject = walk.subject(operation)
            match operation:
                case ops.CreateTableOp() | ops.AddColumnOp():
                    added.add(subject)
                case ops.DropTableOp():
                    dropped.add(subject)
                case ops.DropColumnOp():
                    dropped.add(subject)
                    if not is_optional(operation.to_column()):
                        required.add(subject)
                case ops.AlterColumnOp(modify_nullable=True):
                    relaxed.add(subject)
        return cls(frozenset(added), frozenset(dropped), frozenset(required - relaxed))

    def phase(self, operation: ops.MigrateOperation) -> str:
        """Return the phase of one operation; empty if running code may fail after it."""
        if isinstance(operation, CONTRACTS):
            return "" if walk.subject(operation) in self.required else phases.CONTRACT
        if isinstance(operation, BackfillOp):
            return "backfill"
        if isinstance(operation, EXPANDS) or self._is_backward_compatible(operation):
            return "expand"
        return ""

    def _is_backward_compatible(self, operation: ops.MigrateOperation) -> bool:
        """Return whether code that does not know an operation reads and writes as before."""
        table = walk.subject(operation)[0]
        if ("", table) in self.added:
            return True
        match operation:
            case ops.AddColumnOp():
                return is_optional(operation.column)
            case ops.AlterColumnOp() if walk.subject(operation) in self.added | self.dropped:
                return True
            case ops.AlterColumnOp():
                changes = (operation.modify_type, operation.modify_name, operation.modify_nullable)
                return changes == (None, None, None) and operation.modify_server_default is not None
            case ops.DropConstraintOp():
                return operation.constraint_type in ("foreignkey", "check")
            case ops.DropIndexOp():
                return not operation.to_index().unique
            case ops.CreateIndexOp() if not operation.unique:
                return True
            case ops.CreateIndexOp():
                columns = [str(column.name) for column in operation.to_index().columns]
            case ops.CreateUniqueConstraintOp():
                columns = [str(column) for column in operation.columns]
            case ops.CreateForeignKeyOp():
                columns = operation.local_cols
            case NotNullConstraintOp():
                columns = [operation.options["column_name"]]
            case _:
                return False
        return all((table, column) in self.added for column in columns)
