"""A revision fails.

It was run on a database at the revision before it, and the database refused it.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "fails"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
LAST_RESORT = True
BAD = (
    """\
op.execute("ALTER TABLE itmes ADD COLUMN colour text")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items ADD COLUMN colour text")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if step.error and not step.refused:
        yield Violation(f"the {step.direction} fails: {step.error}", "", line=step.error_line)
