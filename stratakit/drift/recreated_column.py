"""A column that is dropped and added: not every database changes the expression of one."""

from collections.abc import Iterator, Sequence

from alembic.operations import ops
from sqlalchemy import Index, Table, UniqueConstraint

from stratakit.drift.items import create_item, drop_item
from stratakit.operations import walk

DROPS = (ops.DropIndexOp, ops.DropConstraintOp)
COLUMNS = (ops.DropColumnOp, ops.AddColumnOp)


def recreate_column(
    operations: list[ops.MigrateOperation],
    table: Table,
    reflected: Table,
    name: str,
    *,
    in_batches: bool,
) -> None:
    """Drop a column and add it, after what is on it is dropped and before it is created.

    Args:
        operations: nested; changed in place.
        table: the table of the models.
        reflected: the table of the database.
        name: the column.
        in_batches: whether a table is changed by a copy, which has a column once.
    """
    containers = _containers(operations, table)
    parts = [
        each
        for container in containers
        for each in container.ops
        if not (isinstance(each, ops.AlterColumnOp) and each.column_name == name)
    ]
    known = {walk.subject(each)[1] for each in parts}
    ordered = [
        *(drop_item(each) for each in _items(reflected, name) if str(each.name) not in known),
        *(each for each in parts if isinstance(each, DROPS)),
        ops.DropColumnOp.from_column_and_tablename(
            table.schema, table.name, reflected.columns[name]
        ),
        *(each for each in parts if isinstance(each, ops.DropColumnOp)),
        # It is computed from others, or was: it is dropped before them and added after them.
        *(each for each in parts if isinstance(each, ops.AddColumnOp)),
        ops.AddColumnOp.from_column_and_tablename(table.schema, table.name, table.columns[name]),
        *(each for each in parts if not isinstance(each, (*DROPS, *COLUMNS))),
        *(create_item(each) for each in _items(table, name) if str(each.name) not in known),
    ]
    place = operations.index(containers[0]) if containers else len(operations)
    operations[:] = [each for each in operations if each not in containers]
    operations[place:place] = [
        ops.ModifyTableOps(table.name, each, schema=table.schema)
        for each in (_batches(ordered) if in_batches else [ordered])
    ]


def is_added(operations: Sequence[ops.MigrateOperation], table: Table, name: str) -> bool:
    """Return whether operations add a column, perhaps after they drop one of its name."""
    return any(
        isinstance(each, ops.AddColumnOp) and each.column.name == name
        for container in _containers(operations, table)
        for each in container.ops
    )


def _containers(
    operations: Sequence[ops.MigrateOperation], table: Table
) -> list[ops.ModifyTableOps]:
    return [
        each
        for each in operations
        if isinstance(each, ops.ModifyTableOps)
        and walk.table_key(each) == (table.schema, table.name)
    ]


def _items(table: Table, column: str) -> list[Index | UniqueConstraint]:
    return [
        each
        for each in (*table.indexes, *table.constraints)
        if isinstance(each, Index | UniqueConstraint) and column in each.columns
    ]


def _batches(
    operations: Sequence[ops.MigrateOperation],
) -> Iterator[list[ops.MigrateOperation]]:
    """Cut operations so that no part drops a column and adds it."""
    batch: list[ops.MigrateOperation] = []
    dropped: set[str] = set()
    for operation in operations:
        if isinstance(operation, ops.AddColumnOp) and operation.column.name in dropped:
            yield batch
            batch, dropped = [], set()
        if isinstance(operation, ops.DropColumnOp):
            dropped.add(operation.column_name)
        batch.append(operation)
    yield batch
