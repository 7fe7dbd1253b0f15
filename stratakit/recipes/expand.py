"""The parts that recipes consist of: a new column, its trigger, its backfill, its constraints."""

from collections.abc import Sequence

from alembic.operations import ops
from sqlalchemy import MetaData

from stratakit.alembic_private import copy_column
from stratakit.autogenerate.change import Change, RevisionStep
from stratakit.autogenerate.steps import split_into_steps
from stratakit.operations.comment import allow
from stratakit.operations.snippets import default_name
from stratakit.operations.sync_trigger import CreateSyncTriggerOp
from stratakit.recipes.recipe import Request
from stratakit.revisions import phases

EXPAND = "expand"


def split(request: Request, operations: Sequence[ops.MigrateOperation]) -> list[RevisionStep]:
    """Split operations on the table into steps, as autogenerate does, without their hazards.

    A new column has no default of the models here: a backfill gives the rows their values.
    """
    container = ops.ModifyTableOps(request.table_name, list(operations), schema=request.schema)
    change = Change(request.change.backend, MetaData(), request.change.server_version, [container])
    split_into_steps(change)
    return change.steps


def add_column(
    request: Request, add: ops.AddColumnOp, others: Sequence[ops.MigrateOperation]
) -> tuple[list[RevisionStep], ops.MigrateOperation | None]:
    """Plan a new column that is NULL until it is filled.

    Args:
        request: what the recipe was asked for.
        add: of autogenerate.
        others: the operations on the column's indexes and constraints.

    Returns:
        The steps, the first of which adds the column; and what sets its default in the end.
    """
    column = add.column = copy_column(add.column)
    default, nullable = column.server_default, column.nullable
    column.server_default, column.nullable = None, True
    operations = [add, *others]
    if not nullable:
        operations.append(
            ops.AlterColumnOp(
                request.table_name,
                column.name,
                schema=request.schema,
                existing_type=column.type,
                modify_nullable=False,
                existing_nullable=True,
            )
        )
    steps = split(request, operations)
    for step in steps:
        step.phase = EXPAND
    if default is None:
        return steps, None
    return steps, ops.AlterColumnOp(
        request.table_name,
        column.name,
        schema=request.schema,
        existing_type=column.type,
        modify_server_default=default,
    )


def require_backfill(steps: list[RevisionStep], name: str) -> None:
    """Let the steps after the first wait for a backfill; add one if there is none."""
    if len(steps) == 1:
        steps.append(RevisionStep("backfilled", phase=EXPAND))
    steps[1].requires_backfill = name


def contract(title: str, trigger: CreateSyncTriggerOp) -> RevisionStep:
    """Return the last step, which drops a trigger when no old code writes."""
    reason = "no old code writes"
    return RevisionStep(
        title,
        [allow("trigger", reason), allow("drop-object", reason), trigger.reverse()],
        [trigger],
        is_contract=True,
        phase=phases.CONTRACT,
        requires_unused=".".join(filter(None, (trigger.schema, trigger.name))),
    )


def trigger_name(request: Request, column: str) -> str:
    """Return the name of the trigger, the function and the sequence of a new column."""
    return default_name("sync", request.table, column)


def backfill_name(request: Request, column: str) -> str:
    """Return the name of the backfill of a new column."""
    return f"{request.table.replace('.', '_')}_{column}"


def backfill_source(request: Request, title: str, statement: str) -> str:
    """Return the file of a backfill.

    Args:
        request: what the recipe was asked for.
        title: the first line of its docstring.
        statement: SQL with `{rows}`, a clause a line.
    """
    key = request.key()
    columns = f'"{key[0]}"' if len(key) == 1 else repr(key).replace("'", '"')
    lines = "\n".join(f"    {line}" for line in statement.splitlines())
    return (
        f'"""{title}"""\n\ntable = "{request.table}"\nkey = {columns}\n'
        f'statement = """\n{lines}\n"""\n'
    )
