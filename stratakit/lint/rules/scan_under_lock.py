"""A whole table is read under a lock that stops writes.

How long the lock is held grows with the table.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
DOWNGRADE = True
LAST_RESORT = True
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")
""",
)

STRONG = ("Share", "ShareRowExclusive", "Exclusive", "AccessExclusive")


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement in step.statements:
        strong = [name for name, mode in statement.held.items() if mode in STRONG]
        rows = {act.kind for act in statement.acts} <= {"update", "delete", "insert"}
        if (
            statement.scanned
            and strong
            and not (rows and statement.acts)
            and not statement.rewritten
        ):
            yield Violation(
                f"the {step.direction} reads {', '.join(statement.scanned)} while "
                f"{', '.join(strong)} is locked ({statement.held[strong[0]]})",
                "Make a revision of its own of what reads the table.",
                statement,
            )
