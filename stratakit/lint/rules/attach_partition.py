"""A partition is attached whose rows have to be read first.

Without a CHECK that proves the bounds, the partition is read as a whole under ACCESS EXCLUSIVE.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, sql

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute(
    "ALTER TABLE visits ATTACH PARTITION visits_2026 "
    "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
)
""",
)
GOOD = (
    """\
op.execute(
    "ALTER TABLE visits_2026 ADD CONSTRAINT bounds "
    "CHECK (day IS NOT NULL AND day >= '2026-01-01' AND day < '2027-01-01') NOT VALID"
)
""",
    """\
op.execute("ALTER TABLE visits_2026 VALIDATE CONSTRAINT bounds")
""",
    """\
op.execute(
    "ALTER TABLE visits ATTACH PARTITION visits_2026 "
    "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    checked = {act.table for _, act in step.acts("add check")}
    for statement, act in step.acts("attach partition"):
        if not step.old(act.name):
            continue
        if statement.scanned if step.observed else act.name not in checked:
            yield Violation(
                f"all rows of {act.name} are read under a lock before it is attached to "
                f"{act.table}",
                execute(f"ALTER TABLE {sql(act.name)} ADD CONSTRAINT bounds CHECK (...) NOT VALID")
                + "\n# validated in the next revision, and attached in the one after it",
                statement,
            )
