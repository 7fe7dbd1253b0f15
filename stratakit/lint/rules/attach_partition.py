from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, quote_name


class AttachPartition(Rule):
    """A partition is attached after a scan of its rows.

    Without a CHECK that proves the bounds, the whole partition is scanned under ACCESS EXCLUSIVE.
    """

    id = "attach-partition"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.execute(
            "ALTER TABLE visits ATTACH PARTITION visits_2026 "
            "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        )
        """,
    )
    good = (
        """
        op.execute(
            "ALTER TABLE visits_2026 ADD CONSTRAINT bounds "
            "CHECK (day IS NOT NULL AND day >= '2026-01-01' AND day < '2027-01-01') NOT VALID"
        )
        """,
        'op.execute("ALTER TABLE visits_2026 VALIDATE CONSTRAINT bounds")',
        """
        op.execute(
            "ALTER TABLE visits ATTACH PARTITION visits_2026 "
            "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        checked = {action.table for _, action in run.actions("add check")}
        for statement, action in run.actions("attach partition"):
            if not run.existed_before(action.name):
                continue
            if statement.scanned_tables if run.is_observed else action.name not in checked:
                yield Violation(
                    f"all rows of {action.name} are read under a lock "
                    f"before it is attached to {action.table}",
                    execute(
                        f"ALTER TABLE {quote_name(action.name)} "
                        "ADD CONSTRAINT bounds CHECK (...) NOT VALID"
                    )
                    + "\n# validated in the next revision, and attached in the one after it",
                    statement,
                )
