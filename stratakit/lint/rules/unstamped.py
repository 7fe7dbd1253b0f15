"""A revision ends without its version.

The schema is changed and the version row is not: the next command runs the revision again.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "cannot go back"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.get_bind().commit()
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if step.unstamped and not step.error:
        line = step.commits[0] if step.commits else 1
        yield Violation(
            f"the {step.direction} ends, and the version row does not say so", "", line=line
        )
