"""A table is locked by hand.

What the lock stops waits until the revision ends.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "mysql",
)
DOWNGRADE = True
BAD = (
    """\
op.execute("LOCK TABLE items IN EXCLUSIVE MODE")
""",
)
GOOD = (
    """\
op.execute("SELECT 1")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("lock table"):
        if step.old(act.table):
            yield Violation(
                f"{act.table} is locked until the revision ends",
                "Leave it out: each statement takes the lock that it needs.",
                statement,
            )
