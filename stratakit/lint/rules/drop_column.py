"""A column is dropped.

Its data is gone, and code that still runs fails on its next statement: an ORM names every column.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
op.drop_column("items", "note")
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("remark", sa.String(20)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop column"):
        if step.old_column(act.table, act.name):
            yield Violation(
                f"{act.table}.{act.name} is dropped with its data, and running code still names it",
                f"# migrate: allow drop-column -- no running code uses {act.name} since ...\n"
                + operation("drop_column", act.table, f'"{act.name}"'),
                statement,
            )
