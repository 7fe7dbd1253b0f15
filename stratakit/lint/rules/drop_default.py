"""A server default is dropped.

Code that still runs leaves the column out of its INSERT: it gets NULL, or an error.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.alter_column("items", "status", existing_type=sa.String(20), server_default=None)
""",
)
GOOD = (
    """\
op.alter_column("items", "note", existing_type=sa.String(50), server_default="none")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop default"):
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if step.old(act.table) and (column is None or column.default is not None):
            yield Violation(
                f"{act.table}.{act.name} loses its default, which running code relies on",
                "Acknowledge it when all running code writes the column.",
                statement,
            )
