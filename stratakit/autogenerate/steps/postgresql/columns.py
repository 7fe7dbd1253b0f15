"""Columns that are added to a table in use, altered or dropped there."""

from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Identity, Table, text
from sqlalchemy.schema import DefaultClause, conv
from sqlalchemy.types import TypeEngine

from stratakit.alembic_private import copy_column
from stratakit.autogenerate.change import Change
from stratakit.autogenerate.hazards.columns import describe_null_rows
from stratakit.autogenerate.steps.optional_columns import allow_null_before
from stratakit.autogenerate.steps.postgresql.plan import MAIN, StepName, StepPlan
from stratakit.autogenerate.steps.postgresql.sql import compile_default, quote
from stratakit.autogenerate.steps.postgresql.types import change_type
from stratakit.operations import walk
from stratakit.operations.backfill import BackfillOp
from stratakit.operations.constraints import (
    NotNullConstraintOp,
    ProvenNotNullOp,
    ValidateConstraintOp,
)
from stratakit.orm import naming
from stratakit.orm.server_defaults import literal
from stratakit.sql.types import VOLATILE

NOT_NULL_NOT_VALID = 18
"""The first version in which NOT NULL may be NOT VALID."""

ColumnOp = ops.AddColumnOp | ops.AlterColumnOp


def add_column(plan: StepPlan, change: Change, operation: ops.AddColumnOp) -> None:
    """Add a column without rewriting the rows that exist."""
    undo = operation.reverse()
    default = operation.column.server_default
    if not isinstance(default, DefaultClause) or not VOLATILE.search(compile_default(default)):
        plan[MAIN].add([operation], [undo])
        return
    # The column of the comparison is the model's own.
    column = operation.column = copy_column(operation.column)
    nullable, column.server_default, column.nullable = column.nullable, None, True
    set_default = ops.AlterColumnOp(
        operation.table_name,
        column.name,
        schema=operation.schema,
        existing_type=column.type,
        modify_server_default=default,
    )
    plan[MAIN].add([operation, set_default], [undo])
    value = compile_default(default)
    plan["fill"].add([_backfill(operation, column.name, value, change.table(operation))], [])
    if not nullable:
        _forbid_null(plan, change, operation, column.name, column.type)


def drop_column(plan: StepPlan, operation: ops.DropColumnOp, step: StepName) -> None:
    """Drop a column in a step, before which code inserts rows without it."""
    allow_null, undo = allow_null_before(operation) if step != MAIN else ([], operation.reverse())
    plan[MAIN].add(allow_null, [each.reverse() for each in allow_null])
    plan[step].add([operation], [undo])


def alter_column(plan: StepPlan, change: Change, operation: ops.AlterColumnOp) -> None:
    """Alter a column. NOT NULL is proven before, so that no scan runs under its lock."""
    table = change.table(operation)
    if operation.modify_nullable is not False:
        plan[MAIN].add(*change_type(operation, table))
        return
    column = operation.column_name
    type_ = operation.modify_type or operation.existing_type
    operation.modify_nullable, operation.existing_nullable = None, True
    identity = _take_identity(operation)
    if operation.has_changes():
        plan[MAIN].add(*change_type(operation, table))
    value = _default(table, column)
    if value:
        backfill = _backfill(operation, column, value, table)
        plan["fill"].add([backfill], [])
        change.warn(
            backfill,
            f"rows in which {operation.table_name}.{column} is NULL get the default, {value}.\n"
            "Delete this comment if that is the right value for them, or write another one.",
        )
    validate = _forbid_null(plan, change, operation, column, type_)
    if not value:
        change.warn(validate, describe_null_rows(walk.full_name(operation), column, change.backend))
    if identity:
        plan["not null"].add(*change_type(identity, table))


def _take_identity(operation: ops.AlterColumnOp) -> ops.AlterColumnOp | None:
    """Take out of an alteration an identity, which a column gets once it is NOT NULL."""
    identity, default = operation.modify_server_default, operation.existing_server_default
    if not isinstance(identity, Identity) or isinstance(default, Identity):
        return None
    operation.modify_server_default = False
    return ops.AlterColumnOp(
        operation.table_name,
        operation.column_name,
        schema=operation.schema,
        existing_type=operation.modify_type or operation.existing_type,
        existing_nullable=False,
        existing_server_default=default,
        modify_server_default=identity,
    )


def _forbid_null(
    plan: StepPlan,
    change: Change,
    operation: ColumnOp,
    column: str,
    type_: TypeEngine[Any] | None,
) -> ValidateConstraintOp:
    """Forbid NULL in new rows, validate the existing rows, then set NOT NULL.

    Returns:
        The operation that fails if a row is NULL.
    """
    table, schema = operation.table_name, operation.schema
    name = naming.shorten(f"{table}_{column}_not_null")
    validate = ValidateConstraintOp(name, table, schema=schema)
    nullable = ops.AlterColumnOp(
        table, column, schema=schema, existing_type=type_, modify_nullable=True
    )
    if change.server_version >= NOT_NULL_NOT_VALID:
        not_null = NotNullConstraintOp(
            name, table, column_name=column, not_valid=True, schema=schema
        )
        plan["constraint"].add([not_null], [nullable])
        plan["validate"].add([validate], [nullable, not_null])
        return validate
    check = ops.CreateCheckConstraintOp(
        conv(name),
        table,
        text(f"{quote(column)} IS NOT NULL"),
        schema=schema,
        postgresql_not_valid=True,
    )
    drop = ops.DropConstraintOp(conv(name), table, type_="check", schema=schema)
    proven = ProvenNotNullOp(
        table, column, schema=schema, existing_type=type_, modify_nullable=False
    )
    plan["constraint"].add([check], [drop])
    plan["validate"].add([validate], [])
    plan["not null"].add([proven, drop], [nullable, check])
    return validate


def _backfill(operation: ColumnOp, column: str, value: str, table: Table | None) -> BackfillOp:
    """Return a backfill by the primary key if that is one column, else by `ctid`."""
    keys = list(table.primary_key.columns) if table is not None else []
    key = keys[0].name if len(keys) == 1 else "ctid"
    return BackfillOp(operation.table_name, column, value, key=key, schema=operation.schema)


def _default(table: Table | None, name: str) -> str:
    """Return the default of a column in the model as SQL; empty if it has none."""
    column: Column[Any] | None = table.columns.get(name) if table is not None else None
    if column is None:
        return ""
    if isinstance(column.server_default, DefaultClause):
        return compile_default(column.server_default)
    value = literal(column)
    return "" if value is None else compile_default(DefaultClause(value))
