from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute, quote_name


class DetachPartition(Rule):
    """A partition is detached while nothing can use the table.

    DETACH PARTITION needs an ACCESS EXCLUSIVE lock on the whole partitioned table.
    """

    id = "detach-partition"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.execute("ALTER TABLE visits DETACH PARTITION visits_2025")',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("ALTER TABLE visits DETACH PARTITION visits_2025 CONCURRENTLY")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("detach partition"):
            if (
                "CONCURRENTLY" not in action.flags
                and not action.has("FINALIZE")
                and run.existed_before(action.table)
            ):
                yield Violation(
                    f"partition {action.name} is detached while nothing can use {action.table}",
                    autocommit_block(
                        execute(
                            f"ALTER TABLE {quote_name(action.table)} "
                            f"DETACH PARTITION {quote_name(action.name)} CONCURRENTLY"
                        )
                    ),
                    statement,
                )
