"""An exclusion constraint is added to a table with rows.

Its index is built while nothing can use the table, and PostgreSQL cannot build it CONCURRENTLY.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT ex_items EXCLUDE USING btree (id WITH =)")
""",
)
GOOD = (
    """\
op.create_table(
    "bookings",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("room", sa.BigInteger()),
)
op.execute("ALTER TABLE bookings ADD CONSTRAINT ex_room EXCLUDE USING btree (room WITH =)")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add exclude"):
        if step.old(act.table):
            yield Violation(
                f"exclusion constraint {act.name} on {act.table} is built while nothing can use it",
                "Make a new table with the constraint, copy the rows in batches, then change over.",
                statement,
            )
