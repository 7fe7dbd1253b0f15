"""Safe forms on PostgreSQL.

Indexes are built CONCURRENTLY, which no transaction may do; constraints are NOT VALID first, so
that the table is read later and under a lock that stops nobody. Tables that the same revision makes
are nobody's yet, and stay plain.
"""

from collections.abc import Sequence
from itertools import groupby

from alembic.operations import ops
from sqlalchemy import MetaData, Table

from stratakit.autogenerate.rewriters.postgresql import columns, constraints
from stratakit.autogenerate.rewriters.steps import Plan, Step
from stratakit.operations.autocommit import AutocommitOp
from stratakit.operations.enums import AddEnumValueOp, DifferingEnumOp, DropEnumOp

CONTRACT = "contract"
STEPS = ("enum", "drop index", "", "fill", "index", "constraint", "validate", "not null", CONTRACT)


def planned(script: ops.MigrationScript, metadata: MetaData, version: int) -> Plan:
    """Plan a revision's operations in steps.

    Args:
        script: as Alembic's comparison made it.
        metadata: the tables that the models declare.
        version: the major version of the production server; 0 where nobody says.
    """
    operations = [each for container in script.upgrade_ops_list for each in container.ops]
    made = {
        _key(each) for each in operations if isinstance(each, ops.CreateTableOp | ops.DropTableOp)
    }
    used = [
        each
        for each in operations
        if isinstance(each, ops.ModifyTableOps) and _key(each) not in made
    ]
    if len(used) < 2:
        return _steps(operations, metadata, version)
    # Two tables are not locked together: each has revisions of its own.
    plan = Plan()
    last: list[Step] = []
    for table, group in groupby(operations, lambda each: each if each in used else None):
        for step in _steps(list(group), metadata, version).steps:
            if step.title == CONTRACT:
                last.append(step)
            else:
                plan.insert(step)
            name = table.table_name if isinstance(table, ops.ModifyTableOps) else ""
            step.title = " ".join(filter(None, (step.title, name)))
    for step in last:
        plan.insert(step)
    return plan


def _steps(operations: Sequence[ops.MigrateOperation], metadata: MetaData, version: int) -> Plan:
    plan = Plan(*STEPS)
    new = {_key(each) for each in operations if isinstance(each, ops.CreateTableOp)}
    dropped = {_key(each) for each in operations if isinstance(each, ops.DropTableOp)}
    # A table that goes beside one that comes may be a rename: a person has to tell.
    last = "" if new else CONTRACT
    for operation in operations:
        if isinstance(operation, ops.ModifyTableOps) and _key(operation) in dropped:
            # They go with their table.
            plan[last].add([], [operation.reverse()])
        elif isinstance(operation, ops.ModifyTableOps) and _key(operation) not in new:
            table = metadata.tables.get(".".join(filter(None, _key(operation))))
            for inner in operation.ops:
                _plan(plan, inner, operation.ops, table, version)
        elif isinstance(operation, AddEnumValueOp):
            plan["enum"].add([AutocommitOp([operation])], [])
        elif isinstance(operation, DifferingEnumOp):
            plan[""].add([operation], [])
        elif isinstance(operation, ops.DropTableOp):
            plan[last].add([operation], [operation.reverse()])
        elif isinstance(operation, DropEnumOp):
            plan[CONTRACT].add([operation], [operation.reverse()])
        else:
            plan[""].add([operation], [operation.reverse()])
    if not plan["fill"].up and not plan["index"].up:
        plan.join("constraint", into="")
    # Behind all that reads a table: from here on nobody else can use it.
    plan.join("not null", into="validate")
    return plan


def _plan(
    plan: Plan,
    operation: ops.MigrateOperation,
    among: Sequence[ops.MigrateOperation],
    table: Table | None,
    version: int,
) -> None:
    match operation:
        case ops.CreateIndexOp():
            plan["index"].add(*constraints.index(operation))
        case ops.DropIndexOp() if _goes_with_a_column(operation, among):
            plan[_last(among)].add([], [operation.reverse()])
        case ops.DropIndexOp():
            made = {each.index_name for each in among if isinstance(each, ops.CreateIndexOp)}
            step = "index" if operation.index_name in made else "drop index"
            plan[step].add(*constraints.dropped_index(operation))
        case ops.CreateUniqueConstraintOp():
            plan["index"].add(*constraints.unique(operation))
        case ops.CreateForeignKeyOp() | ops.CreateCheckConstraintOp():
            constraints.not_valid(plan, operation)
        case ops.AddColumnOp():
            columns.added(plan, operation, table, version)
        case ops.DropColumnOp():
            columns.dropped(plan, operation, _last(among))
        case ops.AlterColumnOp():
            columns.altered(plan, operation, table, version)
        case _:
            plan[""].add([operation], [operation.reverse()])


def _goes_with_a_column(operation: ops.DropIndexOp, among: Sequence[ops.MigrateOperation]) -> bool:
    gone = {each.column_name for each in among if isinstance(each, ops.DropColumnOp)}
    return bool(gone & {str(column.name) for column in operation.to_index().columns})


def _last(among: Sequence[ops.MigrateOperation]) -> str:
    """The step of a column that goes; beside one that comes it may be a rename."""
    return "" if any(isinstance(each, ops.AddColumnOp) for each in among) else CONTRACT


def _key(operation: ops.CreateTableOp | ops.DropTableOp | ops.ModifyTableOps) -> tuple[str, str]:
    return (operation.schema or "", operation.table_name)
