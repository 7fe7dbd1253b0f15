"""A column that numbers itself is added to a table with rows.

Every row is written to get its number, while nothing can use the table.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("number", sa.BigInteger(), sa.Identity()))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("number", sa.BigInteger()))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add column"):
        if act.flags & {"SERIAL", "IDENTITY"} and step.old(act.table):
            yield Violation(
                f"{act.table}.{act.name} numbers itself, which writes every row of the table",
                operation("add_column", act.table, f'sa.Column("{act.name}", sa.BigInteger())')
                + "\n# then a sequence as its default for new rows, and the old ones filled in "
                "batches",
                statement,
            )
