from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class LockTable(Rule):
    """A table is locked explicitly.

    Blocked statements wait until the revision ends.
    """

    id = "lock-table"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "mysql")
    checks_downgrade = True
    bad = ('op.execute("LOCK TABLE items IN EXCLUSIVE MODE")',)
    good = ('op.execute("SELECT 1")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("lock table"):
            if run.existed_before(action.table):
                yield Violation(
                    f"{action.table} is locked until the revision ends",
                    "Remove it: each statement takes the lock that it needs.",
                    statement,
                )
