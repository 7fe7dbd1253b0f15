"""One step on SQLite, which has a single writer while a revision runs.

Renames run alone, before the batches. SQLite renames a column in everything that names it, which
Alembic's copy of the table does not:
https://www.sqlite.org/lang_altertable.html#alter_table_rename_column
"""

from alembic.operations import ops

from stratakit.autogenerate.change import Change, Operations, RevisionStep
from stratakit.operations.renames import RenameColumnOp, RenameTableOp


def split(change: Change) -> list[RevisionStep]:
    """Return the operations of a change in one step."""
    undo = [operation.reverse() for operation in reversed(change.operations)]
    return [RevisionStep("", _move_renames(change.operations), _move_renames(undo))]


def _move_renames(operations: Operations) -> list[ops.MigrateOperation]:
    """Move renames out of the containers of their tables, and before all other operations."""
    renames: list[ops.MigrateOperation] = []
    others: list[ops.MigrateOperation] = []
    for operation in operations:
        if isinstance(operation, RenameTableOp):
            renames.append(operation)
        elif isinstance(operation, ops.ModifyTableOps):
            columns = [each for each in operation.ops if isinstance(each, RenameColumnOp)]
            renames += columns
            operation.ops = [each for each in operation.ops if each not in columns]
            others += [operation] if operation.ops else []
        else:
            others.append(operation)
    return [*renames, *others]
