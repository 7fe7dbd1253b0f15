"""A table is locked by hand.

What the lock stops waits until the revision ends.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step

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


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("lock table"):
        if step.old(act.table):
            yield Danger(
                f"{act.table} is locked until the revision ends",
                "Leave it out: each statement takes the lock that it needs.",
                statement,
            )
