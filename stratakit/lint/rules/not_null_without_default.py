"""A NOT NULL column is added without a server default.

It fails on a table with rows; on an empty one, code that still runs cannot insert any more. A
default of the model is Python only: autogenerate leaves it out.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "fails"
DATABASES = (
    "postgresql",
    "sqlite",
)
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20), nullable=False))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20), nullable=False, server_default="red"))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    enough = {"DEFAULT", "GENERATED ALWAYS AS", "IDENTITY", "SERIAL", "AUTO_INCREMENT"}
    for statement, act in step.acts("add column"):
        if "NOT NULL" in act.flags and not act.flags & enough and step.old(act.table):
            yield Violation(
                f"{act.table}.{act.name} is NOT NULL and has no server default",
                operation(
                    "add_column",
                    act.table,
                    f'sa.Column("{act.name}", ..., nullable=False, server_default="...")',
                ),
                statement,
            )
