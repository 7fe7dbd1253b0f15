"""Hazards: what autogenerate may have got wrong about an operation, for a person to review."""

from collections.abc import Callable, Iterator, Sequence

from alembic.operations import ops

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.hazards import columns, drops, enums, recipes, tables
from stratakit.config import Backend
from stratakit.operations import walk

Detector = Callable[[ops.MigrateOperation, Sequence[ops.MigrateOperation], Backend], Iterator[str]]

DETECTORS: tuple[Detector, ...] = (
    drops.dropped_column,
    drops.dropped_table,
    columns.required_column,
    columns.generated_column,
    columns.unknown_type,
    enums.unresolved_change,
    columns.type_change,
    columns.null_rows,
    columns.json_type,
    columns.application_type,
)


def hazards(
    operation: ops.MigrateOperation, siblings: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    """Return what may be wrong with an operation, and the code to write instead.

    Args:
        operation: an operation that autogenerate wrote.
        siblings: all operations of the change, without containers; an addition among them makes a
            drop look like a rename.
        backend: the kind of database.
    """
    for detect in DETECTORS:
        yield from detect(operation, siblings, backend)


def detect_hazards(change: Change) -> None:
    """Attach its hazards to each operation, while all operations are in view."""
    siblings = list(walk.flatten(change.operations))
    for operation in siblings:
        changes_key = _changes_key(change, operation)
        for text in hazards(operation, siblings, change.backend):
            change.warn(operation, recipes.without_advice(text) if changes_key else text)
        for text in columns.widened_key(operation, change.backend) if changes_key else ():
            change.warn(operation, text)


def _changes_key(change: Change, operation: ops.MigrateOperation) -> bool:
    """Return whether an operation changes a column of the primary key.

    Only the recipe widen-key is for such a column.
    """
    if isinstance(operation, ops.DropColumnOp):
        return operation.to_column().primary_key
    if not isinstance(operation, ops.AlterColumnOp):
        return False
    table = change.table(operation)
    return table is not None and operation.column_name in table.primary_key.columns


def detect_unrelated_tables(change: Change) -> None:
    """Attach a hazard to the first operation of each step that changes unrelated tables."""
    operations = [each for step in change.steps for each in walk.flatten(step.upgrade)]
    for step in change.steps:
        if text := tables.unrelated_tables(list(walk.flatten(step.upgrade)), operations):
            change.hazards.setdefault(step.upgrade[0], []).insert(0, text)
