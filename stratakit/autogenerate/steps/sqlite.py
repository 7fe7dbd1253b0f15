"""One step on SQLite, where nobody else can write while a revision runs.

Renames and indexes run alone, outside of the batches. SQLite renames a column in everything that
names it, which Alembic's copy of the table does not:
https://www.sqlite.org/lang_altertable.html#alter_table_rename_column
"""

from alembic.operations import ops

from stratakit.autogenerate.change import Change, Operations, RevisionStep
from stratakit.operations.renames import RenameColumnOp, RenameTableOp
from stratakit.operations.statements import StatementOp


def split(change: Change) -> list[RevisionStep]:
    """Return the operations of a change in one step."""
    undo = [operation.reverse() for operation in reversed(change.operations)]
    return [RevisionStep("", _order(change.operations), _order(undo))]


def _order(operations: Operations) -> list[ops.MigrateOperation]:
    """Move renames and indexes out of the batches of their tables.

    Indexes are dropped before the batches, which copy the others, and created after them.
    """
    renames: list[ops.MigrateOperation] = []
    drops: list[ops.MigrateOperation] = []
    others: list[ops.MigrateOperation] = []
    creates: list[ops.MigrateOperation] = []
    for operation in operations:
        inner = operation.ops if isinstance(operation, ops.ModifyTableOps) else [operation]
        own: list[ops.MigrateOperation] = []
        for each in inner:
            match each:
                case RenameColumnOp() | RenameTableOp():
                    renames.append(each)
                case ops.DropIndexOp():
                    drops.append(each)
                case ops.CreateIndexOp():
                    creates.append(each)
                case StatementOp(removes=removes):
                    (drops if removes else creates).append(each)
                case _:
                    own.append(each)
        if isinstance(operation, ops.ModifyTableOps):
            operation.ops = own
            others += [operation] if own else []
        else:
            others += own
    return [*renames, *drops, *others, *creates]
