"""A unique, foreign key or check constraint on a table with rows."""

from alembic.operations import ops

from stratakit.diagnostics.command import MIGRATE
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.revisions import phases

CONSTRAINTS = (
    ops.CreateUniqueConstraintOp,
    ops.CreateForeignKeyOp,
    ops.CreateCheckConstraintOp,
)


class AddConstraint(Recipe):
    """Add a unique, foreign key or check constraint."""

    name = "add-constraint"
    target = "TABLE.CONSTRAINT"
    backends = ("postgresql", "mysql")

    def plan(self, request: Request) -> Plan:
        """Add it for new rows when all code respects it, then validate the old rows."""
        found = [
            each
            for each in request.operations()
            if isinstance(each, CONSTRAINTS) and each.constraint_name == request.name
        ]
        if not found:
            raise missing_change(self, request, f"add {request.name} to {request.table}")
        steps = expand.split(request, found)
        for step in steps:
            # Code that does not respect it would fail: it runs after the deployment.
            step.phase, step.is_contract = phases.CONTRACT, True
        return Plan(
            steps,
            {},
            (
                f"Deploy the code that respects {request.name}; its deployment runs "
                f"{MIGRATE} upgrade --rolling.",
                f"Correct the rows that violate {request.name}, as a backfill if there are many.",
                f"{MIGRATE} upgrade, after the last process of the old code has ended: adds "
                f"{request.name}.",
            ),
        )
