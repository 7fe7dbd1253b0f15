import ast
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

CHANGES = (
    "add ",
    "create ",
    "drop ",
    "rename ",
    "set not null",
    "set default",
    "recreate ",
    "modify ",
)
TEMPORARY = {"TEMP", "TEMPORARY"}


class MissingDowngrade(Rule):
    """A revision cannot be undone, and does not declare it.

    After a failed deployment the schema stays, and nobody knows whether that was intended.
    """

    id = "missing-downgrade"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql", "sqlite", "mysql")
    bad = (
        """
        def upgrade() -> None:
            op.add_column("items", sa.Column("colour", sa.String(20)))


        def downgrade() -> None:
            pass
        """,
    )
    good = (
        """
        def upgrade() -> None:
            op.add_column("items", sa.Column("colour", sa.String(20)))


        def downgrade() -> None:
            op.drop_column("items", "colour")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        tree = ast.parse(run.source)
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        names = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        function = functions.get("downgrade")
        downgrade = run.counterpart
        is_idle = downgrade is not None and not (
            downgrade.statements or downgrade.error or downgrade.is_incomplete
        )
        if "irreversible" in names or (function and not _is_empty(function) and not is_idle):
            return
        temporary = {
            action.table for _, action in run.actions("create table") if action.flags & TEMPORARY
        }
        irreversible = [
            action
            for statement in run.statements
            for action in statement.actions
            if action.kind.startswith(CHANGES)
            and action.kind not in ("add enum value", "create extension")
            and action.table not in temporary
            and not action.kind.startswith("create or")
        ]
        if irreversible:
            action = irreversible[0]
            yield Violation(
                f"{action.kind} {action.table or action.name} has no downgrade",
                'irreversible = "why it cannot go back"  # or write downgrade()',
                line=function.lineno if function else 1,
            )


def _is_empty(function: ast.FunctionDef) -> bool:
    return all(
        isinstance(node, ast.Pass | ast.Return)
        or (isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )
