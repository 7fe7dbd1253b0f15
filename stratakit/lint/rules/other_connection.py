"""A revision opens a connection of its own.

What it does there is no part of the revision's transaction: it stays when the revision fails, and
waits for ever for what the revision itself has locked.
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
SHOWN_ON = ("postgresql",)
BAD = (
    """\
with op.get_bind().engine.begin() as connection:
    connection.execute(sa.text("ALTER TABLE items ADD COLUMN colour text"))
""",
)
GOOD = (
    """\
connection = op.get_bind()
connection.execute(sa.text("ALTER TABLE items ADD COLUMN colour text"))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if not step.up:
        return
    for node in ast.walk(ast.parse(step.source)):
        if isinstance(node, ast.Call) and _opens(node.func):
            yield Violation(
                "a connection of its own is opened, beside the revision's",
                "connection = op.get_bind()",
                line=node.lineno,
            )


def _opens(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return isinstance(function, ast.Name) and function.id == "create_engine"
    if function.attr == "create_engine":
        return True
    source = function.value
    named = getattr(source, "attr", getattr(source, "id", ""))
    return function.attr in ("begin", "connect", "raw_connection") and named == "engine"
