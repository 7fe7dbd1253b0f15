"""Safe forms on MySQL and MariaDB: one change of the schema a revision.

Each is kept at once: of two, a failure would leave the first without its version. What MODIFY has
to repeat of a column, Alembic's comparison tells.
"""

from collections.abc import Sequence
from functools import partial

from alembic.operations import ops
from sqlalchemy import MetaData, Table, UniqueConstraint

from stratakit.autogenerate import describe
from stratakit.autogenerate.rewriters import phase
from stratakit.autogenerate.rewriters.steps import Plan, Step
from stratakit.operations import walk
from stratakit.operations.renames import RenameColumnOp


def planned(script: ops.MigrationScript, metadata: MetaData, _version: int) -> Plan:
    """Plan a revision's operations in steps.

    Args:
        script: as Alembic's comparison made it.
        metadata: the tables that the models declare.
    """
    plan = Plan()
    last: list[Step] = []
    new: dict[tuple[str | None, str], Step] = {}
    operations = [each for container in script.upgrade_ops_list for each in container.ops]
    gone = {
        _key(each): Step(next(describe.said(each)))
        for each in operations
        if isinstance(each, ops.DropTableOp)
    }
    for operation in operations:
        if isinstance(operation, ops.ModifyTableOps) and _key(operation) in gone:
            # They go with their table.
            gone[_key(operation)].add([], [operation.reverse()])
        elif isinstance(operation, ops.ModifyTableOps):
            made = new.get(_key(operation))
            renamed: Step | None = None
            table = metadata.tables.get(walk.full_name(operation))
            for inner in sorted(operation.ops, key=partial(_turn, operation.ops)):
                if _goes_with_a_key(inner, operation.ops):
                    continue
                if _may_be_a_rename(inner, operation.ops):
                    step = renamed = renamed or _inserted(plan, inner)
                elif isinstance(inner, ops.DropColumnOp):
                    last.append(_dropped(plan, inner))
                    continue
                elif made is not None and isinstance(inner, ops.CreateIndexOp):
                    made.add([inner], [])
                    continue
                else:
                    step = _inserted(plan, inner)
                step.add(*_with_its_index(inner, operation.ops, table))
        elif isinstance(operation, ops.DropTableOp):
            step = gone[_key(operation)]
            step.add([operation], [operation.reverse()])
            if _makes_a_table(script):
                plan.insert(step)
            else:
                last.append(step)
        else:
            step = _inserted(plan, operation)
            step.add([operation], [operation.reverse()])
            if isinstance(operation, ops.CreateTableOp):
                new[_key(operation)] = step
    for step in last:
        plan.insert(step)
    return plan


def _makes_a_table(script: ops.MigrationScript) -> bool:
    """Whether a table that goes may have got another name: a person has to tell."""
    containers = script.upgrade_ops_list
    return any(isinstance(each, ops.CreateTableOp) for one in containers for each in one.ops)


def _key(
    operation: ops.CreateTableOp | ops.DropTableOp | ops.ModifyTableOps,
) -> tuple[str | None, str]:
    return (operation.schema, operation.table_name)


def _turn(among: Sequence[ops.MigrateOperation], operation: ops.MigrateOperation) -> int:
    """When an operation has its turn: the server drops no index that a foreign key needs.

    What names a renamed column goes before it is, so that it comes back when it has its name again.
    """
    match operation:
        case ops.DropConstraintOp(constraint_type="foreignkey"):
            return 0
        case ops.DropIndexOp() if any(isinstance(each, RenameColumnOp) for each in among):
            return 1
        case ops.DropIndexOp() if _columns_of(operation) & _dropped_columns(among):
            return 1
        case ops.DropIndexOp() if operation.index_name not in _new_indexes(among):
            return 3
    return 2


def _with_its_index(
    operation: ops.MigrateOperation, among: Sequence[ops.MigrateOperation], table: Table | None
) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
    """An operation and what undoes it; with a foreign key goes the index that the server made."""
    match operation:
        case ops.DropConstraintOp():
            own = [each for each in among if _is_index_of(each, operation)]
            return [operation, *own], [operation.reverse()]
        case ops.CreateForeignKeyOp() if _gets_an_index(operation, among, table):
            name = str(operation.constraint_name)
            index = ops.DropIndexOp(name, operation.source_table, schema=_schema(operation))
            return [operation], [operation.reverse(), index]
    return [operation], [operation.reverse()]


def _goes_with_a_key(
    operation: ops.MigrateOperation, among: Sequence[ops.MigrateOperation]
) -> bool:
    keys = [each for each in among if isinstance(each, ops.DropConstraintOp)]
    return any(_is_index_of(operation, key) for key in keys)


def _is_index_of(operation: ops.MigrateOperation, key: ops.DropConstraintOp) -> bool:
    named = isinstance(operation, ops.DropIndexOp) and operation.index_name == key.constraint_name
    return named and key.constraint_type == "foreignkey"


def _gets_an_index(
    key: ops.CreateForeignKeyOp, among: Sequence[ops.MigrateOperation], table: Table | None
) -> bool:
    """Whether the server makes an index for a foreign key, by its name: there is no other."""
    before = {each.constraint_name for each in among if isinstance(each, ops.DropConstraintOp)}
    if table is None or key.constraint_name is None or key.constraint_name in before:
        return False
    others = [each for each in table.foreign_key_constraints if each.name != key.constraint_name]
    uniques = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexed = [
        *(index.columns for index in table.indexes),
        *(each.columns for each in (table.primary_key, *uniques, *others)),
    ]
    columns = list(key.local_cols)
    return not any(
        [column.name for column in those][: len(columns)] == columns for those in indexed
    )


def _schema(key: ops.CreateForeignKeyOp) -> str | None:
    return key.kw.get("source_schema")


def _columns_of(operation: ops.DropIndexOp) -> set[str]:
    return {str(column.name) for column in operation.to_index().columns}


def _dropped_columns(among: Sequence[ops.MigrateOperation]) -> set[str]:
    return {each.column_name for each in among if isinstance(each, ops.DropColumnOp)}


def _new_indexes(among: Sequence[ops.MigrateOperation]) -> set[str | None]:
    return {each.index_name for each in among if isinstance(each, ops.CreateIndexOp)}


def _dropped(plan: Plan, operation: ops.DropColumnOp) -> Step:
    """The step that drops a column, behind one by which code inserts without it."""
    relax, undo = phase.optional_before(operation)
    for each in relax:
        _inserted(plan, each).add([each], [each.reverse()])
    step = Step(next(describe.said(operation)))
    step.add([operation], [undo])
    return step


def _inserted(plan: Plan, operation: ops.MigrateOperation) -> Step:
    step = Step(next(describe.said(operation), ""))
    plan.insert(step)
    return step


def _may_be_a_rename(
    operation: ops.MigrateOperation, among: Sequence[ops.MigrateOperation]
) -> bool:
    """Whether it is one of a column that goes and one that comes: a person has to tell."""
    columns = [each for each in among if isinstance(each, ops.AddColumnOp | ops.DropColumnOp)]
    return operation in columns and len({type(each) for each in columns}) > 1
