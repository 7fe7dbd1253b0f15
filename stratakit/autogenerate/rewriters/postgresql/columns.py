"""Columns on PostgreSQL, added to a table in use or made NOT NULL there."""

from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import DefaultClause, conv

from stratakit.autogenerate import hazards
from stratakit.autogenerate.review_comments import FindingOp
from stratakit.autogenerate.rewriters import phase
from stratakit.autogenerate.rewriters.postgresql import types
from stratakit.autogenerate.rewriters.steps import Plan
from stratakit.operations.backfill import FillOp
from stratakit.operations.constraints import (
    NotNullConstraintOp,
    ProvenNotNullOp,
    ValidateConstraintOp,
)
from stratakit.orm import naming
from stratakit.orm.server_defaults import literal
from stratakit.sql.types import VOLATILE

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
QUOTE = DIALECT.identifier_preparer.quote
NAMED_NOT_NULL = 18
"""From this version on NOT NULL may be NOT VALID."""

OnColumn = ops.AddColumnOp | ops.AlterColumnOp


def added(plan: Plan, operation: ops.AddColumnOp, table: Table | None, version: int) -> None:
    """Add a column without writing the rows that are there."""
    undo = operation.reverse()
    default = operation.column.server_default
    if not isinstance(default, DefaultClause) or not VOLATILE.search(_sql(default)):
        plan[""].add([operation], [undo])
        return
    # The comparison's column is the model's own.
    column = operation.column = operation.column._copy()
    nullable, column.server_default, column.nullable = column.nullable, None, True
    set_default = ops.AlterColumnOp(
        operation.table_name,
        column.name,
        schema=operation.schema,
        existing_type=column.type,
        modify_server_default=default,
    )
    plan[""].add([operation, set_default], [undo])
    plan["fill"].add([_fill(operation, column.name, _sql(default), table)], [])
    if not nullable:
        forbid_null(plan, operation, column.name, column.type, version)


def dropped(plan: Plan, operation: ops.DropColumnOp, last: str) -> None:
    """Drop a column in the step `last`, before which code inserts without it."""
    relax, undo = phase.optional_before(operation) if last else ([], operation.reverse())
    plan[""].add(relax, [each.reverse() for each in relax])
    plan[last].add([operation], [undo])


def altered(plan: Plan, operation: ops.AlterColumnOp, table: Table | None, version: int) -> None:
    """Alter a column; NOT NULL is proven before, so that nothing is read under the lock."""
    if operation.modify_nullable is not False:
        plan[""].add(*types.altered(operation, table))
        return
    name = operation.column_name
    type_ = operation.modify_type or operation.existing_type
    operation.modify_nullable, operation.existing_nullable = None, True
    if operation.has_changes():
        plan[""].add(*types.altered(operation, table))
    if value := _default(table, name):
        finding = (
            f"rows in which {operation.table_name}.{name} is NULL get the default, {value}: "
            "is that what they mean?"
        )
        plan["fill"].add([FindingOp(finding), _fill(operation, name, value, table)], [])
    forbid_null(plan, operation, name, type_, version, filled=bool(value))


def forbid_null(
    plan: Plan,
    operation: OnColumn,
    column: str,
    type_: Any,
    version: int,
    *,
    filled: bool = True,
) -> None:
    """Forbid NULL in new rows, then see whether there is one, then say NOT NULL."""
    table, schema = operation.table_name, operation.schema
    name = naming.shorten(f"{table}_{column}_not_null")
    validated = ValidateConstraintOp(name, table, schema=schema)
    nullable = ops.AlterColumnOp(
        table, column, schema=schema, existing_type=type_, modify_nullable=True
    )
    if not filled:
        plan["validate"].add([FindingOp(hazards.rows_first(operation, column, "postgresql"))], [])
    if version >= NAMED_NOT_NULL:
        forbidden = NotNullConstraintOp(
            name, table, column_name=column, not_valid=True, schema=schema
        )
        plan["constraint"].add([forbidden], [nullable])
        plan["validate"].add([validated], [nullable, forbidden])
        return
    check = ops.CreateCheckConstraintOp(
        conv(name),
        table,
        text(f"{QUOTE(column)} IS NOT NULL"),
        schema=schema,
        postgresql_not_valid=True,
    )
    drop = ops.DropConstraintOp(conv(name), table, type_="check", schema=schema)
    proven = ProvenNotNullOp(
        table, column, schema=schema, existing_type=type_, modify_nullable=False
    )
    plan["constraint"].add([check], [drop])
    plan["validate"].add([validated], [])
    plan["not null"].add([proven, drop], [nullable, check])


def _fill(operation: OnColumn, column: str, value: str, table: Table | None) -> FillOp:
    """By the primary key where it is one column."""
    keys = list(table.primary_key.columns) if table is not None else []
    key = keys[0].name if len(keys) == 1 else "ctid"
    return FillOp(operation.table_name, column, value, key=key, schema=operation.schema)


def _default(table: Table | None, name: str) -> str:
    """What the model says of a column that is left out, in SQL; empty where it says nothing."""
    column: Column[Any] | None = table.columns.get(name) if table is not None else None
    if column is None:
        return ""
    if isinstance(column.server_default, DefaultClause):
        return _sql(column.server_default)
    value = literal(column)
    return "" if value is None else _sql(DefaultClause(value))


def _sql(default: DefaultClause) -> str:
    if isinstance(default.arg, str):
        return "'" + default.arg.replace("'", "''") + "'"
    compiled = default.arg.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return str(compiled)
