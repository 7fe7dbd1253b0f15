"""A NOT NULL column gets 0 or an empty string in all rows.

MySQL and MariaDB do not refuse it: they invent a value that nobody chose. Code that still runs
cannot insert any more. A default of the model is Python only: autogenerate leaves it out.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "loses data"
DATABASES = ("mysql",)
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
    for statement, act in step.acts("add column"):
        if (
            "NOT NULL" in act.flags
            and not act.flags
            & {
                "DEFAULT",
                "AUTO_INCREMENT",
                "GENERATED ALWAYS AS",
            }
            and step.old(act.table)
        ):
            yield Violation(
                f"all rows get an invented value for {act.table}.{act.name}",
                operation(
                    "add_column",
                    act.table,
                    f'sa.Column("{act.name}", ..., nullable=False, server_default="...")',
                ),
                statement,
            )
