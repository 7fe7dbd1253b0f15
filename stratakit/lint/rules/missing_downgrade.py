"""A revision cannot be undone, and does not say so.

After a bad deploy the schema stays where it is, and nobody knows whether that was meant.
"""

import ast
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "cannot go back"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
def upgrade() -> None:
    op.add_column("items", sa.Column("colour", sa.String(20)))


def downgrade() -> None:
    pass
""",
)
GOOD = (
    """\
def upgrade() -> None:
    op.add_column("items", sa.Column("colour", sa.String(20)))


def downgrade() -> None:
    op.drop_column("items", "colour")
""",
)

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


def _empty(function: ast.FunctionDef) -> bool:
    return all(
        isinstance(node, ast.Pass | ast.Return)
        or (isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if not step.up:
        return
    tree = ast.parse(step.source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    function = functions.get("downgrade")
    down = step.other
    idle = down is not None and not (down.statements or down.error or down.incomplete)
    if "irreversible" in names or (function and not _empty(function) and not idle):
        return
    passing = {act.table for _, act in step.acts("create table") if act.flags & TEMPORARY}
    needed = [
        (statement, act)
        for statement in step.statements
        for act in statement.acts
        if act.kind.startswith(CHANGES)
        and act.kind not in ("add enum value", "create extension")
        and act.table not in passing
        and not act.kind.startswith("create or")
    ]
    if needed:
        _, act = needed[0]
        yield Violation(
            f"{act.kind} {act.table or act.name} has no downgrade",
            'irreversible = "why it cannot go back"  # or write downgrade()',
            line=function.lineno if function else 1,
        )
