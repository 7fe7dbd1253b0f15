"""A column that no code needs any more."""

from alembic.operations import ops

from stratakit.diagnostics.command import MIGRATE
from stratakit.operations.columns import columns_of
from stratakit.operations.comment import allow
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.revisions import phases


class DropColumn(Recipe):
    """Drop a column."""

    name = "drop-column"
    target = "TABLE.COLUMN"
    backends = ("postgresql", "mysql")

    def plan(self, request: Request) -> Plan:
        """Let new code insert rows without the column, then drop it."""
        operations = [each for each in request.operations() if request.name in columns_of(each)]
        if not any(isinstance(each, ops.DropColumnOp) for each in operations):
            raise missing_change(self, request, f"delete {request.name} from {request.table}")
        steps = expand.split(request, operations)
        for step in steps:
            is_contract = any(isinstance(each, ops.DropColumnOp) for each in step.upgrade)
            step.phase = phases.CONTRACT if is_contract else expand.EXPAND
            rule = "drop-column" if is_contract else "drop-not-null"
            reason = f"no code uses {request.name}"
            step.upgrade.insert(0, allow(rule, reason))
            if not is_contract and request.change.backend == "postgresql":
                undone = "to be undone before new code has left the column out"
                step.downgrade.insert(0, allow("scan-under-lock", undone))
        return Plan(
            steps,
            {},
            (
                f"{MIGRATE} upgrade --rolling: {request.name} may be left out of new rows.",
                f"Deploy the code without {request.name}.",
                f"{MIGRATE} upgrade, after the last process of the old code has ended: drops "
                f"{request.name}.",
            ),
        )
