"""An index on a big table."""

from alembic.operations import ops

from stratakit.diagnostics.command import MIGRATE
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change


class AddIndex(Recipe):
    """Add an index that is not unique."""

    name = "add-index"
    target = "TABLE.INDEX"
    backends = ("postgresql", "mysql")

    def plan(self, request: Request) -> Plan:
        """Build it while rows are written."""
        found = [
            each
            for each in request.operations()
            if isinstance(each, ops.CreateIndexOp)
            and each.index_name == request.name
            and not each.unique
        ]
        if not found:
            raise missing_change(self, request, f"add {request.name} to {request.table}")
        steps = expand.split(request, found)
        for step in steps:
            step.phase = expand.EXPAND
        return Plan(
            steps,
            {},
            (
                f"{MIGRATE} upgrade --rolling: builds {request.name} while rows are read and "
                "written.",
                "Deploy the code.",
            ),
        )
