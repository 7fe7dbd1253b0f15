"""A new column that must not be NULL, with a value that is computed for each row."""

from alembic.operations import ops

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.operations.columns import columns_of
from stratakit.operations.comment import allow
from stratakit.operations.sync_trigger import CreateSyncTriggerOp
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.recipes.timeline import timeline


class AddColumn(Recipe):
    """Add a NOT NULL column whose value is computed from the row."""

    name = "add-column"
    target = "TABLE.COLUMN --value SQL"

    def plan(self, request: Request) -> Plan:
        """Add the column and a trigger, fill it, set it NOT NULL, drop the trigger."""
        operations = request.operations()
        added = [
            each
            for each in operations
            if isinstance(each, ops.AddColumnOp) and each.column.name == request.name
        ]
        if not added:
            raise missing_change(self, request, f"add {request.name} to {request.table}")
        if not request.value:
            raise UsageError(
                "The recipe add-column needs the value of the column for each row.",
                detail="A constant default needs no recipe: PostgreSQL adds it without a rewrite.",
                hint=f"{MIGRATE} recipe {self.name} {request.table}.{request.name} "
                "--value \"coalesce(country, 'unknown')\"",
            )
        others = [
            each for each in operations if each not in added and request.name in columns_of(each)
        ]
        steps, set_default = expand.add_column(request, added[0], others)
        name = expand.backfill_name(request, request.name)
        trigger = CreateSyncTriggerOp(
            expand.trigger_name(request, request.name),
            request.table_name,
            new=request.name,
            forward=request.value,
            schema=request.schema,
        )
        steps[0].add(
            [allow("trigger", f"it sets {request.name} for code that does not know it"), trigger],
            [trigger.reverse()],
        )
        expand.require_backfill(steps, name)
        last = expand.contract("drop trigger", trigger)
        if set_default is not None:
            last.add([set_default], [set_default.reverse()])
        statement = (
            f"UPDATE {request.table} SET {request.name} = {request.value}\n"
            f"WHERE {{rows}} AND {request.name} IS NULL"
        )
        source = expand.backfill_source(request, f"Fill {request.table}.{request.name}.", statement)
        return Plan(
            [*steps, last],
            {name: source},
            timeline(
                name,
                expand=f"adds {request.name}, and a trigger that sets it for the running code",
                code=f"the code that writes {request.name}",
                contract="drops the trigger",
            ),
        )
