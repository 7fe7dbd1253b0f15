"""Indexes and constraints on PostgreSQL, added to a table in use."""

from typing import Any

from alembic.operations import ops
from sqlalchemy.schema import conv

from stratakit.autogenerate.rewriters.steps import Operations, Plan
from stratakit.operations.autocommit import AutocommitOp
from stratakit.operations.constraints import UniqueUsingIndexOp, ValidateConstraintOp

Both = tuple[Operations, Operations]


def index(operation: ops.CreateIndexOp) -> Both:
    """Build an index while rows are written.

    What a run that was broken off left behind is dropped before, or taken where it is valid:
    stratakit/runtime/timeouts/postgresql.py.
    """
    operation.kw["postgresql_concurrently"] = True
    operation.if_not_exists = True
    undo = operation.reverse()
    undo.if_exists = True
    return [AutocommitOp([operation])], [AutocommitOp([undo])]


def dropped_index(operation: ops.DropIndexOp) -> Both:
    """Drop an index while its table is used."""
    undo = operation.reverse()
    undo.if_not_exists = True
    operation.if_exists = True
    for each in (operation, undo):
        each.kw["postgresql_concurrently"] = True
    return [AutocommitOp([operation])], [AutocommitOp([undo])]


def unique(operation: ops.CreateUniqueConstraintOp) -> Both:
    """Build the index of a unique constraint while rows are written, then make it the constraint.

    Both in one revision: an index cannot be taken out of its constraint again.
    """
    name, table, schema = str(operation.constraint_name), operation.table_name, operation.schema
    options: dict[str, Any] = dict(operation.kw)
    deferred = {
        key: value
        for key in ("deferrable", "initially")
        if (value := options.pop(key, None)) is not None
    }
    made = ops.CreateIndexOp(
        conv(name),
        table,
        list(operation.columns),
        schema=schema,
        unique=True,
        if_not_exists=True,
        postgresql_concurrently=True,
        **options,
    )
    used = UniqueUsingIndexOp(
        name,
        table,
        index_name=None,
        deferrable=deferred.get("deferrable"),
        initially=deferred.get("initially"),
        schema=schema,
    )
    return [AutocommitOp([made, used])], [operation.reverse()]


def not_valid(plan: Plan, operation: ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp) -> None:
    """Add a constraint for new rows, and validate it for the others in a later revision.

    A foreign key waits for the index behind it: without one each delete of a row that is referred
    to reads the whole table.
    """
    operation.kw["postgresql_not_valid"] = True
    undo = operation.reverse()
    if isinstance(operation, ops.CreateForeignKeyOp):
        table, schema = operation.source_table, operation.kw.get("source_schema")
    else:
        table, schema = operation.table_name, operation.schema
    plan["constraint"].add([operation], [undo])
    plan["validate"].add(
        [ValidateConstraintOp(str(operation.constraint_name), table, schema=schema)],
        [undo, operation],
    )
