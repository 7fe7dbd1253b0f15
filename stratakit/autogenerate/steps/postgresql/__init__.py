"""Steps on PostgreSQL.

Indexes are built CONCURRENTLY, which no transaction may do. Constraints are added NOT VALID, and a
later step validates them under a lock that blocks no reads or writes. Tables that the same change
creates or drops have no users, and their operations stay as they are.
"""

from collections.abc import Sequence
from itertools import groupby

from alembic.operations import ops

from stratakit.autogenerate.change import Change, Operations, RevisionStep
from stratakit.autogenerate.steps.postgresql import columns, constraints
from stratakit.autogenerate.steps.postgresql.plan import CONTRACT, MAIN, StepName, StepPlan
from stratakit.operations.autocommit import AutocommitOp
from stratakit.operations.enums import AddEnumValueOp, DropEnumOp, UnresolvedEnumChangeOp
from stratakit.operations.statements import StatementOp
from stratakit.operations.walk import table_key


def split(change: Change) -> list[RevisionStep]:
    """Return the operations of a change in steps, which never lock two tables in use."""
    unused = _tables(change.operations, ops.CreateTableOp, ops.DropTableOp)
    used = [
        each
        for each in change.operations
        if isinstance(each, ops.ModifyTableOps) and table_key(each) not in unused
    ]
    if len(used) < 2:
        return _split_group(change, change.operations)
    steps: list[RevisionStep] = []
    for table, group in groupby(change.operations, lambda each: each if each in used else None):
        for step in _split_group(change, list(group)):
            name = table.table_name if isinstance(table, ops.ModifyTableOps) else ""
            step.title = " ".join(filter(None, (step.title, name)))
            steps.append(step)
    return steps


def _split_group(change: Change, operations: Operations) -> list[RevisionStep]:
    plan = StepPlan()
    created = _tables(operations, ops.CreateTableOp)
    dropped = _tables(operations, ops.DropTableOp)
    # Beside a table that is created a dropped one may be renamed: a person has to tell.
    drop_step = MAIN if created else CONTRACT
    for operation in operations:
        match operation:
            case ops.ModifyTableOps() if table_key(operation) in dropped:
                # The indexes are dropped with their table.
                plan[drop_step].add([], [operation.reverse()])
            case ops.ModifyTableOps() if table_key(operation) not in created:
                for inner in operation.ops:
                    _add_to_plan(plan, change, inner, operation.ops)
            case AddEnumValueOp():
                plan["enum"].add([AutocommitOp([operation])], [])
            case UnresolvedEnumChangeOp():
                plan[MAIN].add([operation], [])
            case ops.DropTableOp():
                plan[drop_step].add([operation], [operation.reverse()])
            case StatementOp(removes=True):
                plan[drop_step].add([operation], [operation.reverse()])
            case DropEnumOp():
                plan[CONTRACT].add([operation], [operation.reverse()])
            case _:
                plan[MAIN].add([operation], [operation.reverse()])
    if not plan["fill"].upgrade and not plan["index"].upgrade:
        plan.join("constraint", into=MAIN)
    # After everything that reads the table: SET NOT NULL locks it until the commit.
    plan.join("not null", into="validate")
    return plan.steps


def _add_to_plan(
    plan: StepPlan, change: Change, operation: ops.MigrateOperation, siblings: Operations
) -> None:
    match operation:
        case (
            ops.CreateIndexOp()
            | ops.DropIndexOp()
            | ops.CreateUniqueConstraintOp()
            | (ops.CreateForeignKeyOp())
        ) if _is_partitioned(change, operation):
            plan[MAIN].add([operation], [operation.reverse()])
        case ops.CreateIndexOp():
            plan["index"].add(*constraints.create_index(operation))
        case ops.DropIndexOp() if _is_dropped_with_column(operation, siblings):
            plan[_drop_step(siblings)].add([], [operation.reverse()])
        case ops.DropIndexOp():
            created = {each.index_name for each in siblings if isinstance(each, ops.CreateIndexOp)}
            step: StepName = "index" if operation.index_name in created else "drop index"
            plan[step].add(*constraints.drop_index(operation))
        case ops.CreateUniqueConstraintOp():
            plan["index"].add(*constraints.create_unique_constraint(operation))
        case ops.CreateForeignKeyOp() | ops.CreateCheckConstraintOp():
            constraints.add_not_valid(plan, operation)
        case ops.AddColumnOp():
            columns.add_column(plan, change, operation)
        case ops.DropColumnOp():
            columns.drop_column(plan, operation, _drop_step(siblings))
        case ops.AlterColumnOp():
            columns.alter_column(plan, change, operation)
        case _:
            plan[MAIN].add([operation], [operation.reverse()])


def _is_partitioned(change: Change, operation: ops.MigrateOperation) -> bool:
    """Return whether PostgreSQL refuses CONCURRENTLY and NOT VALID: the table has partitions.

    https://www.postgresql.org/docs/current/ddl-partitioning.html
    """
    table = change.table(operation)
    return table is not None and bool(table.dialect_options["postgresql"]["partition_by"])


def _is_dropped_with_column(operation: ops.DropIndexOp, siblings: Operations) -> bool:
    dropped = {each.column_name for each in siblings if isinstance(each, ops.DropColumnOp)}
    return bool(dropped & {str(column.name) for column in operation.to_index().columns})


def _drop_step(siblings: Operations) -> StepName:
    """Return the step of a dropped column; with an added one it may be a rename."""
    return MAIN if any(isinstance(each, ops.AddColumnOp) for each in siblings) else CONTRACT


def _tables(
    operations: Sequence[ops.MigrateOperation],
    *kinds: type[ops.CreateTableOp] | type[ops.DropTableOp],
) -> set[tuple[str | None, str]]:
    return {table_key(each) for each in operations if isinstance(each, kinds)}
