"""Another name for a table."""

from alembic.operations import ops

from stratakit.autogenerate.change import RevisionStep
from stratakit.autogenerate.renames import detect_renames
from stratakit.diagnostics.command import MIGRATE
from stratakit.operations import walk
from stratakit.operations.comment import allow
from stratakit.operations.compatibility_view import CreateCompatibilityViewOp, use_name
from stratakit.operations.renames import ItemKind, RenameItemOp, RenameTableOp
from stratakit.recipes import expand
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.revisions import phases

RULES: dict[ItemKind, str] = {"constraint": "rename-constraint", "sequence": "rename-schema"}
"""The rules that find the rename of an item."""


class RenameTable(Recipe):
    """Rename a table."""

    name = "rename-table"
    target = "TABLE NEW"

    def plan(self, request: Request) -> Plan:
        """Rename the table, leave a view under the old name, drop the view."""
        old, new = request.table_name, request.to
        detect_renames(
            request.change, lambda question: question == f"Was table {old} renamed to {new}?"
        )
        operations = list(walk.flatten(request.change.operations))
        renames = [each for each in operations if isinstance(each, RenameTableOp)]
        if not renames or renames[0].schema != request.schema:
            wanted = f"call the table {request.table} {new or 'by another name'}, and nothing else"
            raise missing_change(self, request, wanted)
        view = CreateCompatibilityViewOp(old, new, schema=request.schema)
        first = RevisionStep("rename", phase=expand.EXPAND)
        first.add([renames[0], view], [view.reverse(), renames[0].reverse()])
        return Plan([first, self._contract(request, view, operations)], {}, _timeline(old, new))

    def _contract(
        self,
        request: Request,
        view: CreateCompatibilityViewOp,
        operations: list[ops.MigrateOperation],
    ) -> RevisionStep:
        """Return the step that drops the view, and gives what belongs to the table its new name."""
        reason = f"no code uses {view.name}"
        step = RevisionStep(
            f"drop view {view.name}",
            [allow("drop-view", reason), allow("drop-object", reason), view.reverse()],
            [view],
            is_contract=True,
            phase=phases.CONTRACT,
            requires_unused=".".join(
                filter(None, (view.schema, use_name(view.name, view.table_name)))
            ),
        )
        for item in operations:
            if isinstance(item, RenameItemOp):
                comments = [allow(RULES[item.kind], reason)] if item.kind in RULES else []
                step.add([*comments, item], [item.reverse()])
        return step


def _timeline(old: str, new: str) -> tuple[str, ...]:
    return (
        f"{MIGRATE} upgrade --rolling: renames {old} to {new}, and leaves a view as {old}.",
        f"Deploy the code that uses {new}.",
        f"{MIGRATE} upgrade, a minute after the last process of the old code has ended: drops the "
        f"view, and renames constraints, indexes and sequences.",
    )
