from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.rules.two_tables_locked import ALTERING
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.sql.action import Action


class DataAfterLock(Rule):
    """Rows are changed while an earlier statement locks the table.

    The lock of ALTER TABLE is held until the transaction ends, however long the rows take.
    """

    id = "data-after-lock"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        op.execute("UPDATE items SET colour = 'red' WHERE id = 1")
        """,
    )
    good = (
        'op.add_column("items", sa.Column("colour", sa.String(20)))',
        """
        op.execute("UPDATE items SET colour = 'red' WHERE id = 1")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        altered: dict[int, str] = {}
        for statement in run.statements:
            rows = [
                action
                for action in statement.actions
                if action.kind in ("update", "delete", "insert")
            ]
            old = [
                each for each in rows if run.existed_before(each.table) and _is_of_many_rows(each)
            ]
            if old and not statement.autocommit and statement.transaction in altered:
                yield Violation(
                    f"rows of {old[0].table} are changed "
                    f"while {altered[statement.transaction]} is locked by an earlier statement",
                    "Change the rows in a revision of its own, in batches, each a transaction.",
                    statement,
                )
            if statement.autocommit:
                continue
            if run.is_observed:
                held = [
                    name for name, mode in statement.held_locks.items() if mode == "AccessExclusive"
                ]
            else:
                held = [
                    action.table
                    for action in statement.actions
                    if action.kind in ALTERING and run.existed_before(action.table)
                ]
            if held:
                altered.setdefault(statement.transaction, held[0])


def _is_of_many_rows(action: Action) -> bool:
    return action.kind != "insert" or action.has("SELECT") or action.has("COPY")
