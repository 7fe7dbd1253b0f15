"""Recreating a table loses what belongs to it.

A batch operation copies a table and drops the old one: its triggers, its indexes on expressions
and its unnamed CHECKs go with it, and with `foreign_keys = ON` the rows that refer to it.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "loses data"
DATABASES = ("sqlite",)
DOWNGRADE = True
BAD = (
    """\
with op.batch_alter_table("owners") as batch_op:
    batch_op.alter_column("name", existing_type=sa.Text(), server_default="x")
""",
)
GOOD = (
    """\
op.add_column("owners", sa.Column("title", sa.String(20)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    recreated = any(True for _ in step.acts("recreate table", "rename table"))
    how = "recreates a table, and " if recreated else "says nothing of it, and "
    for line, text in step.lost:
        yield Violation(
            f"the {step.direction} {how}{text}",
            'Use what SQLite can do alone: op.add_column, op.drop_column, op.execute("ALTER '
            "TABLE ... "
            'RENAME COLUMN ...");\nelse make again in the revision what is lost, and keep '
            "foreign keys off.",
            line=line,
        )
