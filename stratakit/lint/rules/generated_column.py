"""A stored generated column is added to a table with rows.

Every row is written with its value, while nothing can use the table.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column(
    "items", sa.Column("gross", sa.Numeric(), sa.Computed("price * 1.19", persisted=True))
)
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("gross", sa.Numeric()))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add column"):
        if "GENERATED ALWAYS AS" in act.flags and "STORED" in act.flags and step.old(act.table):
            yield Violation(
                f"{act.table}.{act.name} is computed and stored, which writes every row of the "
                "table",
                operation("add_column", act.table, f'sa.Column("{act.name}", ...)')
                + "\n# written by the code, and filled in batches; or compute it when it is read",
                statement,
            )
