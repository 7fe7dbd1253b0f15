"""Indexes and constraints of a table in use."""

from typing import Any

from alembic.operations import ops
from sqlalchemy.schema import conv

from stratakit.autogenerate.change import Operations
from stratakit.autogenerate.steps.postgresql.plan import StepPlan
from stratakit.operations.autocommit import AutocommitOp
from stratakit.operations.constraints import UniqueUsingIndexOp, ValidateConstraintOp

BothWays = tuple[Operations, Operations]
"""Operations, and those that undo them."""


def create_index(operation: ops.CreateIndexOp) -> BothWays:
    """Build an index while rows are written.

    An index that an interrupted run left is dropped before, or kept if it is valid:
    stratakit/runtime/timeouts/postgresql.py.
    """
    operation.kw["postgresql_concurrently"] = True
    operation.if_not_exists = True
    undo = operation.reverse()
    undo.if_exists = True
    return [AutocommitOp([operation])], [AutocommitOp([undo])]


def drop_index(operation: ops.DropIndexOp) -> BothWays:
    """Drop an index while its table is used."""
    undo = operation.reverse()
    undo.if_not_exists = True
    operation.if_exists = True
    for each in (operation, undo):
        each.kw["postgresql_concurrently"] = True
    return [AutocommitOp([operation])], [AutocommitOp([undo])]


def create_unique_constraint(operation: ops.CreateUniqueConstraintOp) -> BothWays:
    """Build the index of a unique constraint while rows are written, then add the constraint.

    Both are one revision: an index cannot be taken out of its constraint again.
    """
    name, table, schema = str(operation.constraint_name), operation.table_name, operation.schema
    options: dict[str, Any] = dict(operation.kw)
    deferred = {
        key: value
        for key in ("deferrable", "initially")
        if (value := options.pop(key, None)) is not None
    }
    index = ops.CreateIndexOp(
        conv(name),
        table,
        list(operation.columns),
        schema=schema,
        unique=True,
        if_not_exists=True,
        postgresql_concurrently=True,
        **options,
    )
    constraint = UniqueUsingIndexOp(
        name,
        table,
        index_name=None,
        deferrable=deferred.get("deferrable"),
        initially=deferred.get("initially"),
        schema=schema,
    )
    return [AutocommitOp([index, constraint])], [operation.reverse()]


def add_not_valid(
    plan: StepPlan, operation: ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp
) -> None:
    """Add a constraint for new rows, and validate the existing rows in a later revision.

    A foreign key is added after its index: without one each delete of a referenced row reads the
    whole table.
    """
    operation.kw["postgresql_not_valid"] = True
    undo = operation.reverse()
    if isinstance(operation, ops.CreateForeignKeyOp):
        table, schema = operation.source_table, operation.kw.get("source_schema")
    else:
        table, schema = operation.table_name, operation.schema
    plan["constraint"].add([operation], [undo])
    validate = ValidateConstraintOp(str(operation.constraint_name), table, schema=schema)
    plan["validate"].add([validate], [undo, operation])
