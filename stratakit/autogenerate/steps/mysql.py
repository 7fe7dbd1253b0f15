"""Steps on MySQL and MariaDB: one change of the schema in a revision.

Each statement commits at once. If the second of two failed, the first would stay without its
version.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint

from stratakit.autogenerate.change import Change, RevisionStep
from stratakit.autogenerate.describe import describe
from stratakit.autogenerate.hazards import hazards
from stratakit.autogenerate.steps.optional_columns import allow_null_before
from stratakit.operations.renames import RenameColumnOp
from stratakit.operations.walk import table_key

Siblings = Sequence[ops.MigrateOperation]


def split(change: Change) -> list[RevisionStep]:
    """Return the operations of a change in steps.

    A new table is one step with its indexes, and a dropped table too.
    """
    steps: list[RevisionStep] = []
    creates = {
        table_key(each): _step(each)
        for each in change.operations
        if isinstance(each, ops.CreateTableOp)
    }
    drops = {table_key(each) for each in change.operations if isinstance(each, ops.DropTableOp)}
    for operation in change.operations:
        match operation:
            case ops.CreateTableOp():
                steps.append(creates[table_key(operation)])
            case ops.DropTableOp():
                # Beside a table that is created it may be a rename: a person has to tell.
                steps.append(_drop_table(operation, change.operations, is_contract=not creates))
            case ops.ModifyTableOps() if table_key(operation) in drops:
                continue
            case ops.ModifyTableOps() if create := creates.get(table_key(operation)):
                indexes = [each for each in operation.ops if isinstance(each, ops.CreateIndexOp)]
                create.add(indexes, [])
                others = [each for each in operation.ops if each not in indexes]
                steps += _alter_table(change, others, change.table(operation))
            case ops.ModifyTableOps():
                steps += _alter_table(change, operation.ops, change.table(operation))
            case _:
                steps.append(_step(operation))
    return steps


def _step(operation: ops.MigrateOperation) -> RevisionStep:
    return RevisionStep(_title(operation), [operation], [operation.reverse()])


def _title(operation: ops.MigrateOperation) -> str:
    return next(describe(operation), "")


def _drop_table(drop: ops.DropTableOp, siblings: Siblings, *, is_contract: bool) -> RevisionStep:
    """Return the step that drops a table; its downgrade creates the indexes again, too."""
    step = RevisionStep(_title(drop), is_contract=is_contract)
    for each in siblings:
        if isinstance(each, ops.ModifyTableOps) and table_key(each) == table_key(drop):
            step.add([], [each.reverse()])
    step.add([drop], [drop.reverse()])
    return step


def _alter_table(
    change: Change, operations: Siblings, table: Table | None
) -> Iterator[RevisionStep]:
    """Return the steps of one table, in an order that the server accepts."""
    ordered = sorted(operations, key=partial(_sort_key, operations))
    possible_rename = _possible_rename(ordered)
    for operation in ordered:
        if operation in possible_rename:
            if operation is possible_rename[0]:
                yield _join(possible_rename)
        elif isinstance(operation, ops.DropColumnOp):
            yield from _drop_column(change, operation)
        elif not _is_dropped_with_foreign_key(operation, operations):
            yield RevisionStep(_title(operation), *_both_ways(operation, operations, table))


def _sort_key(siblings: Siblings, operation: ops.MigrateOperation) -> int:
    """Return when an operation runs: the server drops no index that a foreign key needs.

    Indexes on a column that is renamed are dropped before the rename, so that the downgrade creates
    them after the column has its name again.
    """
    match operation:
        case ops.DropConstraintOp(constraint_type="foreignkey"):
            return 0
        case ops.DropIndexOp() if any(isinstance(each, RenameColumnOp) for each in siblings):
            return 1
        case ops.DropIndexOp() if _columns(operation) & _dropped_columns(siblings):
            return 1
        case ops.DropIndexOp() if operation.index_name not in _created_indexes(siblings):
            return 3
    return 2


def _possible_rename(operations: Siblings) -> Siblings:
    """Return the columns that are added and dropped, if both occur: a person has to tell."""
    columns = [each for each in operations if isinstance(each, ops.AddColumnOp | ops.DropColumnOp)]
    return columns if len({type(each) for each in columns}) > 1 else []


def _join(operations: Siblings) -> RevisionStep:
    step = RevisionStep(_title(operations[0]))
    for operation in operations:
        step.add([operation], [operation.reverse()])
    return step


def _drop_column(change: Change, drop: ops.DropColumnOp) -> Iterator[RevisionStep]:
    """Return the step that drops a column, after one that lets code insert rows without it."""
    allow_null, undo = allow_null_before(drop)
    for operation in allow_null:
        for hazard in hazards(operation, [], change.backend):
            change.warn(operation, hazard)
        yield _step(operation)
    yield RevisionStep(_title(drop), [drop], [undo], is_contract=True)


def _both_ways(
    operation: ops.MigrateOperation, siblings: Siblings, table: Table | None
) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
    """Return an operation and what undoes it, with the index that a foreign key needs.

    The server creates such an index with the foreign key, and does not drop it with the key.
    """
    undo = operation.reverse()
    match operation:
        case ops.DropConstraintOp():
            indexes = [each for each in siblings if _is_index_of(each, operation)]
            return [operation, *indexes], [undo]
        case ops.CreateForeignKeyOp() if _creates_an_index(operation, siblings, table):
            name, schema = str(operation.constraint_name), operation.kw.get("source_schema")
            return [operation], [undo, ops.DropIndexOp(name, operation.source_table, schema=schema)]
    return [operation], [undo]


def _is_dropped_with_foreign_key(operation: ops.MigrateOperation, siblings: Siblings) -> bool:
    keys = [each for each in siblings if isinstance(each, ops.DropConstraintOp)]
    return any(_is_index_of(operation, key) for key in keys)


def _is_index_of(operation: ops.MigrateOperation, key: ops.DropConstraintOp) -> bool:
    return (
        isinstance(operation, ops.DropIndexOp)
        and operation.index_name == key.constraint_name
        and key.constraint_type == "foreignkey"
    )


def _creates_an_index(key: ops.CreateForeignKeyOp, siblings: Siblings, table: Table | None) -> bool:
    """Return whether the server creates an index under the name of a foreign key.

    It does so if no other index begins with the columns of the key.
    """
    recreated = {
        each.constraint_name for each in siblings if isinstance(each, ops.DropConstraintOp)
    }
    if table is None or key.constraint_name is None or key.constraint_name in recreated:
        return False
    others = [each for each in table.foreign_key_constraints if each.name != key.constraint_name]
    uniques = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexed = [
        *(index.columns for index in table.indexes),
        *(each.columns for each in (table.primary_key, *uniques, *others)),
    ]
    columns = list(key.local_cols)
    return not any([column.name for column in each][: len(columns)] == columns for each in indexed)


def _columns(operation: ops.DropIndexOp) -> set[str]:
    return {str(column.name) for column in operation.to_index().columns}


def _dropped_columns(siblings: Siblings) -> set[str]:
    return {each.column_name for each in siblings if isinstance(each, ops.DropColumnOp)}


def _created_indexes(siblings: Siblings) -> set[str | None]:
    return {each.index_name for each in siblings if isinstance(each, ops.CreateIndexOp)}
