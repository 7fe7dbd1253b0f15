"""A server default is changed.

Code that still runs goes on as if new rows had the old value.
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
op.alter_column("items", "status", existing_type=sa.String(20), server_default="open")
""",
)
GOOD = (
    """\
op.alter_column("items", "note", existing_type=sa.String(50), server_default="none")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("set default"):
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if (
            column is not None
            and column.default is not None
            and step.old_column(act.table, act.name)
        ):
            yield Violation(
                f"new rows of {act.table} get another {act.name} than {column.default}",
                "Deploy code that writes the value itself first, then acknowledge this.",
                statement,
            )
