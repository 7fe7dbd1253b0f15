"""A table is emptied.

All rows are gone, in every table that CASCADE reaches too; nothing can use it meanwhile.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.execute("TRUNCATE items")
""",
)
GOOD = (
    """\
op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute("TRUNCATE drafts")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("truncate"):
        if step.old(act.table):
            yield Violation(
                f"{act.table} loses all its rows",
                "Delete in batches what is not needed any more:\n"
                + batches(step.backend, act.table, "delete"),
                statement,
            )
