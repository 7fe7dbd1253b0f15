from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute, quote_name


class Reindex(Rule):
    """An index is rebuilt while its table cannot be written.

    REINDEX blocks writes, and reads that would use the index.
    """

    id = "reindex"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.execute("REINDEX INDEX ix_items_status")',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("REINDEX INDEX CONCURRENTLY ix_items_status")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("reindex"):
            if "CONCURRENTLY" not in action.flags:
                yield Violation(
                    f"REINDEX {action.text} {action.name} stops writes until it is done",
                    autocommit_block(
                        execute(
                            f"REINDEX {action.text.upper()} CONCURRENTLY {quote_name(action.name)}"
                        )
                    ),
                    statement,
                )
