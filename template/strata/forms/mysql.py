"""Safe forms on MySQL and MariaDB: one change of the schema a revision.

Each is kept at once: of two, a failure would leave the first without its version. What MODIFY has
to repeat of a column, Alembic's comparison tells.
"""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import MetaData

from strata import words
from strata.forms import phase
from strata.forms.plan import Plan, Step


def planned(script: ops.MigrationScript, _metadata: MetaData, _version: int) -> Plan:
    """Plan a revision's operations in steps.

    Args:
        script: as Alembic's comparison made it.
    """
    plan = Plan()
    last: list[Step] = []
    new: dict[tuple[str | None, str], Step] = {}
    for operation in [each for container in script.upgrade_ops_list for each in container.ops]:
        if isinstance(operation, ops.ModifyTableOps):
            made = new.get((operation.schema, operation.table_name))
            renamed: Step | None = None
            for inner in operation.ops:
                if _may_be_a_rename(inner, operation.ops):
                    step = renamed = renamed or _inserted(plan, inner)
                elif isinstance(inner, ops.DropColumnOp):
                    last.append(_dropped(plan, inner))
                    continue
                else:
                    step = made or _inserted(plan, inner)
                step.add([inner], [inner.reverse()])
        else:
            if isinstance(operation, ops.DropTableOp) and not _makes_a_table(script):
                step = Step(next(words.said(operation)))
                last.append(step)
            else:
                step = _inserted(plan, operation)
            step.add([operation], [operation.reverse()])
            if isinstance(operation, ops.CreateTableOp):
                new[operation.schema, operation.table_name] = step
    for step in last:
        plan.insert(step)
    return plan


def _makes_a_table(script: ops.MigrationScript) -> bool:
    """Whether a table that goes may have got another name: a person has to tell."""
    containers = script.upgrade_ops_list
    return any(isinstance(each, ops.CreateTableOp) for one in containers for each in one.ops)


def _dropped(plan: Plan, operation: ops.DropColumnOp) -> Step:
    """The step that drops a column, behind one by which code inserts without it."""
    relax, undo = phase.optional_before(operation)
    for each in relax:
        _inserted(plan, each).add([each], [each.reverse()])
    step = Step(next(words.said(operation)))
    step.add([operation], [undo])
    return step


def _inserted(plan: Plan, operation: ops.MigrateOperation) -> Step:
    step = Step(next(words.said(operation), ""))
    plan.insert(step)
    return step


def _may_be_a_rename(
    operation: ops.MigrateOperation, among: Sequence[ops.MigrateOperation]
) -> bool:
    """Whether it is one of a column that goes and one that comes: a person has to tell."""
    columns = [each for each in among if isinstance(each, ops.AddColumnOp | ops.DropColumnOp)]
    return operation in columns and len({type(each) for each in columns}) > 1
