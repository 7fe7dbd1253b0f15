"""A unique, foreign key or check constraint on a table with rows."""

from alembic.operations import ops

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.operations.comment import allow
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
        is_mysql = request.change.backend == "mysql"
        if is_mysql and not isinstance(found[0], ops.CreateUniqueConstraintOp):
            raise UsageError(
                f"MySQL and MariaDB copy {request.table} to add {request.name}, and nothing can "
                "write to it meanwhile.",
                detail="Only a unique constraint is added while rows are written.",
                hint="Use gh-ost or pt-online-schema-change. Or add it while the application is "
                f'stopped: {MIGRATE} create "..."',
            )
        steps = expand.split(request, found)
        for step in steps:
            if is_mysql:
                reason = "the rows that violate it are corrected first"
                step.upgrade.insert(0, allow("unique-constraint", reason))
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
