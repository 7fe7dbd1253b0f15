"""The form of a rename on SQLite: by itself, in front of the batches.

SQLite renames a column in all that names it, which Alembic's copy of the table does not:
https://www.sqlite.org/lang_altertable.html#alter_table_rename_column
"""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import MetaData

from stratakit.autogenerate.rewriters.steps import Plan
from stratakit.operations.renames import RenameColumnOp, RenameTableOp


def planned(script: ops.MigrationScript, _metadata: MetaData, _version: int) -> Plan:
    """Plan a revision's operations: all in one step, for nobody else can write meanwhile.

    Args:
        script: as Alembic's comparison made it.
    """
    plan = Plan("")
    plan[""].add(
        _renames_first(script.upgrade_ops_list),
        _renames_first(script.downgrade_ops_list),
    )
    return plan


def _renames_first(containers: Sequence[ops.OpContainer]) -> list[ops.MigrateOperation]:
    renames: list[ops.MigrateOperation] = []
    others: list[ops.MigrateOperation] = []
    for operation in [each for container in containers for each in container.ops]:
        if isinstance(operation, RenameTableOp):
            renames.append(operation)
        elif isinstance(operation, ops.ModifyTableOps):
            own = [each for each in operation.ops if isinstance(each, RenameColumnOp)]
            renames += own
            operation.ops = [each for each in operation.ops if each not in own]
            others += [operation] if operation.ops else []
        else:
            others.append(operation)
    return [*renames, *others]
