"""A schema is dropped.

All that is in it is gone, and code that still runs fails.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.execute("DROP SCHEMA archive CASCADE")
""",
)
GOOD = (
    """\
op.execute("CREATE SCHEMA reports")
""",
)


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop schema", "drop database"):
        yield Danger(
            f"{act.kind.removeprefix('drop ')} {act.name} is dropped, and running code may use it",
            "Acknowledge it when no running code uses it.",
            statement,
        )
