from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

STRONG = ("Share", "ShareRowExclusive", "Exclusive", "AccessExclusive")


class ScanUnderLock(Rule):
    """A whole table is scanned under a lock that blocks writes.

    The lock is held longer the larger the table is.
    """

    id = "scan-under-lock"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    checks_downgrade = True
    fallback = True
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")
        """,
    )
    good = ('op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement in run.statements:
            strong = [name for name, mode in statement.held_locks.items() if mode in STRONG]
            rows = {action.kind for action in statement.actions} <= {"update", "delete", "insert"}
            if (
                statement.scanned_tables
                and strong
                and not (rows and statement.actions)
                and not statement.rewritten_tables
            ):
                yield Violation(
                    f"the {run.direction} reads {', '.join(statement.scanned_tables)} "
                    f"while {', '.join(strong)} is locked ({statement.held_locks[strong[0]]})",
                    "Move the statements that read the table to a revision of their own.",
                    statement,
                )
