from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

ALTERING = (
    "add column", "drop column", "alter type", "set not null", "drop not null", "set default",
    "drop default", "drop constraint", "rename column", "drop table", "add check", "add unique",
)  # fmt: skip


class TwoTablesLocked(Rule):
    """Two tables in use are locked in one transaction.

    The first stays locked while the transaction waits for the second. A transaction of the
    application that locks them in the other order causes a deadlock.
    """

    id = "two-tables-locked"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        op.add_column("owners", sa.Column("colour", sa.String(20)))
        """,
    )
    good = (
        'op.add_column("items", sa.Column("colour", sa.String(20)))',
        'op.add_column("owners", sa.Column("colour", sa.String(20)))',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        locked: dict[int, list[str]] = {}
        for statement in run.statements:
            if statement.autocommit:
                continue
            if run.is_observed:
                acquired = [
                    name
                    for name, mode in statement.acquired_locks.items()
                    if mode == "AccessExclusive"
                ]
            else:
                acquired = [
                    action.table
                    for action in statement.actions
                    if action.kind in ALTERING and run.existed_before(action.table)
                ]
            names = locked.setdefault(statement.transaction, [])
            is_call = [action.kind for action in statement.actions] in ([], ["select"], ["call"])
            is_several = bool(names) or len(statement.actions) > 1 or is_call
            names += [name for name in acquired if name not in names]
            if len(names) > 1 and is_several and acquired:
                yield Violation(
                    f"{' and '.join(names)} are locked in one transaction",
                    "Write one revision for each, so that each lock is released before the next "
                    "one is requested.",
                    statement,
                )
                return
