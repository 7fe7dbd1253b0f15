"""A column is renamed.

Code that still runs fails on its next statement, and new code fails until the rename is there.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
op.alter_column("items", "note", existing_type=sa.String(50), new_column_name="remark")
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("remark", sa.String(50)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("rename column"):
        if step.old_column(act.table, act.name):
            yield Violation(
                f"{act.table}.{act.name} is renamed to {act.text} under code that still runs",
                operation("add_column", act.table, f'sa.Column("{act.text}", ...)')
                + "\n# then: code that writes both, the rows copied in batches, code that reads "
                "the new "
                "one, the old one dropped",
                statement,
            )
