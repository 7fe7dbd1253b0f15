from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches


class RowByRow(Rule):
    """The rows of a table are changed one by one in one transaction.

    Each row is a round trip, and all rows stay locked until the last one is changed.
    """

    id = "row-by-row"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "sqlite", "mysql")
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "No other connection can write to the database until the last row is done."
    }
    bad = (
        """
        connection = op.get_bind()
        for (id,) in connection.execute(sa.text("SELECT id FROM items")).all():
            connection.execute(sa.text("UPDATE items SET note = 'x' WHERE id = :id"), {"id": id})
        """,
    )
    good = (
        """
        connection = op.get_bind()
        with op.get_context().autocommit_block():
            while connection.execute(
                sa.text(
                    "UPDATE items SET note = 'x' WHERE id IN "
                    "(SELECT id FROM (SELECT id FROM items WHERE note <> 'x' LIMIT 1000) batch)"
                )
            ).rowcount:
                pass
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("update", "delete"):
            is_repeated = statement.executions > 1 or statement.in_loop
            is_of_few_rows = action.has("WHERE") and not action.has("LIMIT")
            is_one_transaction = not statement.autocommit and not run.commit_lines
            if (
                is_repeated
                and is_of_few_rows
                and is_one_transaction
                and run.existed_before(action.table)
            ):
                yield Violation(
                    f"the rows of {action.table} are changed one by one in one transaction",
                    batches(run.backend, action.table, action.kind, statement.key_of(action.table)),
                    statement,
                )
