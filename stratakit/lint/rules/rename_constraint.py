"""A constraint is renamed.

ON CONFLICT ON CONSTRAINT, and code that reads the name out of an error, fail while they still run.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items RENAME CONSTRAINT uq_items_name TO uq_name")
""",
)
GOOD = (
    """\
op.execute("ALTER INDEX ix_items_status RENAME TO ix_status")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("rename constraint"):
        if step.old(act.table):
            yield Violation(
                f"constraint {act.name} of {act.table} is renamed under code that may name it",
                "Let the code name the columns: ON CONFLICT (column), then acknowledge this.",
                statement,
            )
