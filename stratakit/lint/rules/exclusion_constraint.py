from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class ExclusionConstraint(Rule):
    """An exclusion constraint is added to a table with rows.

    Its index is built while nothing can use the table, and PostgreSQL cannot build it CONCURRENTLY.
    """

    id = "exclusion-constraint"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        'op.execute("ALTER TABLE items ADD CONSTRAINT ex_items EXCLUDE USING btree (id WITH =)")',
    )
    good = (
        """
        op.create_table(
            "bookings",
            sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("room", sa.BigInteger()),
        )
        op.execute("ALTER TABLE bookings ADD CONSTRAINT ex_room EXCLUDE USING btree (room WITH =)")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add exclude"):
            if run.existed_before(action.table):
                yield Violation(
                    f"an exclusion constraint on {action.table} is built while nothing can use it",
                    "Create a new table with the constraint, copy the rows in batches, "
                    "then switch to it.",
                    statement,
                )
