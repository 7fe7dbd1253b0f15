"""A column that takes the place of another one, with a trigger that keeps both equal."""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import Column

from stratakit.alembic_private import copy_column
from stratakit.autogenerate.change import Operations, RevisionStep
from stratakit.autogenerate.steps.postgresql.constraints import (
    add_not_valid,
    create_unique_constraint,
    drop_index,
)
from stratakit.autogenerate.steps.postgresql.plan import StepPlan
from stratakit.diagnostics.errors import UsageError
from stratakit.operations import walk
from stratakit.operations.autocommit import AutocommitOp
from stratakit.operations.backfill import ROW_ID, BackfillOp
from stratakit.operations.columns import columns_of
from stratakit.operations.comment import allow
from stratakit.operations.enums import CreateEnumOp, DropEnumOp
from stratakit.operations.snippets import quote_name
from stratakit.operations.sync_trigger import CreateSyncTriggerOp
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.recipes.timeline import timeline


def replace_column(recipe: Recipe, request: Request, forward: str, backward: str) -> Plan:
    """Plan a column that takes the place of another one.

    Args:
        recipe: the recipe, for messages.
        request: the old column is its `name`, the new one its `to`.
        forward: SQL for the value of the new column.
        backward: SQL for the value of the old column.
    """
    add, drop = _find(recipe, request)
    _refuse_key(request)
    others = [each for each in request.operations() if each not in (add, drop)]
    of_new = [each for each in others if request.to in columns_of(each)]
    of_old = [each for each in others if request.name in columns_of(each)]
    steps, set_default = expand.add_column(request, add, of_new)
    trigger = CreateSyncTriggerOp(
        expand.trigger_name(request, request.to),
        request.table_name,
        new=request.to,
        forward=forward,
        old=request.name,
        backward=backward,
        schema=request.schema,
    )
    _begin(request, steps[0], drop.to_column(), trigger)
    name = expand.backfill_name(request, request.to)
    expand.require_backfill(steps, name)
    last = expand.contract(f"drop {request.name}", trigger)
    if set_default is not None:
        last.add([set_default], [])
    _drop_old(request, last, drop, of_old, backward)
    _move_enums(request, add, drop, steps[0], last)
    table, old, new = (quote_name(each) for each in (request.table, request.name, request.to))
    source = expand.backfill_source(
        request,
        f"Let the trigger of {request.table} set {request.to} in the rows that exist.",
        f"UPDATE {table} SET {old} = {old}\nWHERE {{rows}} AND {new} IS DISTINCT FROM ({forward})",
    )
    return Plan(
        [*steps, last],
        {name: source},
        timeline(
            name,
            expand=f"adds {request.to}, and a trigger that keeps it and {request.name} equal",
            code=f"the code that uses {request.to} instead of {request.name}",
            contract=f"drops the trigger and {request.name}",
        ),
    )


def _find(recipe: Recipe, request: Request) -> tuple[ops.AddColumnOp, ops.DropColumnOp]:
    """Return the operations of both columns."""
    add = drop = None
    for operation in request.operations():
        if isinstance(operation, ops.AddColumnOp) and operation.column.name == request.to:
            add = operation
        if isinstance(operation, ops.DropColumnOp) and operation.column_name == request.name:
            drop = operation
    if add is None or drop is None:
        wanted = f"replace {request.name} by {request.to or 'another name'} in {request.table}"
        raise missing_change(recipe, request, wanted)
    return add, drop


def _refuse_key(request: Request) -> None:
    if request.name in request.key():
        raise UsageError(
            f"{request.table}.{request.name} belongs to the primary key.",
            detail="Foreign keys and the backfill itself depend on it.",
            hint="Add a column with a unique index, let code use it, and replace the key later.",
        )


def _begin(
    request: Request,
    step: RevisionStep,
    old: "Column[object]",
    trigger: CreateSyncTriggerOp,
) -> None:
    """Add the trigger to the step of the column; the old column may then be left out."""
    if not old.nullable:
        allow_null = ops.AlterColumnOp(
            request.table_name,
            request.name,
            schema=request.schema,
            existing_type=old.type,
            existing_nullable=False,
            modify_nullable=True,
        )
        reason = allow("drop-not-null", "the trigger sets it in each row")
        undo = allow("scan-under-lock", "to be undone before the old column was NULL anywhere")
        step.add([reason, allow_null], [undo, allow_null.reverse()])
    step.add(
        [allow("trigger", f"it keeps {request.name} and {request.to} equal"), trigger],
        [trigger.reverse()],
    )


def _drop_old(
    request: Request,
    step: RevisionStep,
    drop: ops.DropColumnOp,
    others: Sequence[ops.MigrateOperation],
    backward: str,
) -> None:
    """Drop the old column; its values and what was on it are created again by the downgrade."""
    undo = drop.reverse()
    undo.column = copy_column(undo.column)
    undo.column.nullable = True
    table, key = request.table_name, request.key()
    fill = BackfillOp(
        table,
        request.name,
        backward,
        key=key[0] if len(key) == 1 else ROW_ID,
        schema=request.schema,
    )
    step.upgrade += [allow("drop-column", f"no code uses {request.name}"), drop]
    # PostgreSQL drops constraints and indexes with the column.
    step.downgrade[:0] = [undo, fill, *(each for drop in others for each in _undo(drop))]


def _undo(drop: ops.MigrateOperation) -> Operations:
    """Return what creates an index or a constraint again, while rows are written."""
    if isinstance(drop, ops.DropIndexOp):
        return drop_index(drop)[1]
    undo = drop.reverse()
    if isinstance(undo, ops.CreateUniqueConstraintOp):
        return create_unique_constraint(undo)[0]
    if not isinstance(undo, ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp):
        return [undo]
    plan = StepPlan()
    add_not_valid(plan, undo)
    validate = AutocommitOp(plan["validate"].upgrade)
    return [*plan["constraint"].upgrade, validate]


def _move_enums(
    request: Request,
    add: ops.AddColumnOp,
    drop: ops.DropColumnOp,
    first: RevisionStep,
    last: RevisionStep,
) -> None:
    """Create the enum of the new column before it, and drop the one of the old column after it."""
    new, old = (getattr(each.type, "name", None) for each in (add.column, drop.to_column()))
    for operation in walk.flatten(request.change.operations):
        if isinstance(operation, CreateEnumOp) and operation.enum_name == new:
            first.upgrade.insert(0, operation)
            first.downgrade.append(operation.reverse())
        if isinstance(operation, DropEnumOp) and operation.enum_name == old:
            last.upgrade += [allow("drop-object", "no column uses it"), operation]
            last.downgrade.insert(0, operation.reverse())
