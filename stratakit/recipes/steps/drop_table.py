"""A table that no code needs any more."""

from alembic.operations import ops

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.steps import split_into_steps
from stratakit.diagnostics.command import MIGRATE
from stratakit.operations import walk
from stratakit.operations.comment import allow
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.revisions import phases


class DropTable(Recipe):
    """Drop a table."""

    name = "drop-table"
    target = "TABLE"
    backends = ("postgresql", "mysql")

    def plan(self, request: Request) -> Plan:
        """Drop the table in a contract revision."""
        wanted = (request.schema, request.table_name)
        found: list[ops.MigrateOperation] = [
            each
            for each in request.change.operations
            if isinstance(each, ops.DropTableOp | ops.ModifyTableOps)
            and walk.table_key(each) == wanted
        ]
        if not any(isinstance(each, ops.DropTableOp) for each in found):
            raise missing_change(self, request, f"delete the model of {request.table}")
        change = Change(
            request.change.backend,
            request.change.metadata,
            request.change.server_version,
            found,
        )
        split_into_steps(change)
        for step in change.steps:
            step.phase = phases.CONTRACT
            step.upgrade.insert(0, allow("drop-table", f"no code uses {request.table}"))
        return Plan(
            change.steps,
            {},
            (
                f"Deploy the code without {request.table}; its deployment runs "
                f"{MIGRATE} upgrade --rolling.",
                f"{MIGRATE} upgrade, after the last process of the old code has ended: drops "
                f"{request.table}.",
            ),
        )
