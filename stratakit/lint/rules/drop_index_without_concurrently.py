from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, operation


class DropIndexWithoutConcurrently(Rule):
    """An index is dropped while every use of its table waits.

    DROP INDEX needs an ACCESS EXCLUSIVE lock on the table. It waits for each transaction that uses
    the table, and all others wait for it.
    """

    id = "drop-index-without-concurrently"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.drop_index("ix_items_status", "items")',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.drop_index("ix_items_status", "items", postgresql_concurrently=True)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create index")
        for statement, action in run.actions("drop index"):
            if "CONCURRENTLY" in action.flags or action.name in created:
                continue
            index = statement.tables_before.get(action.name)
            is_missing = index is None and action.name in statement.tables_before
            table = action.table or (index.parent if index else "")
            if is_missing or table in run.dropped or (table and not run.existed_before(table)):
                continue
            yield Violation(
                f"index {action.name} is dropped while no statement can use {table or 'its table'}",
                autocommit_block(
                    operation(
                        "drop_index",
                        table,
                        "postgresql_concurrently=True",
                        name=f'"{action.name.rpartition(".")[2]}"',
                    )
                ),
                statement,
            )
