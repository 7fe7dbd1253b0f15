"""A revision imports the application.

The application changes and the revision does not: one day it fails, and every command with it.
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
from app.main import create_app

op.execute("SELECT 1")
""",
)
GOOD = (
    """\
items = sa.table("items", sa.column("id"), sa.column("note"))
op.execute(items.update().where(items.c.id == 1).values({"note": "x"}))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if not step.up:
        return
    packages = {name.partition(".")[0] for name in step.packages}
    for node in ast.walk(ast.parse(step.source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
        else:
            continue
        for module in modules:
            if module.partition(".")[0] in packages:
                yield Violation(
                    f"the revision imports {module}, which will change",
                    'Write down what is needed of it: items = sa.table("items", sa.column("id"))',
                    line=node.lineno,
                )
