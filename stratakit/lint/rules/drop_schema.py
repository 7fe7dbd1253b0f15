"""A schema is dropped.

All that is in it is gone, and code that still runs fails.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

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


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop schema", "drop database"):
        yield Violation(
            f"{act.kind.removeprefix('drop ')} {act.name} is dropped, and running code may use it",
            "Acknowledge it when no running code uses it.",
            statement,
        )
