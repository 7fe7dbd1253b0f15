from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute


class ConcurrentlyInTransaction(Rule):
    """CONCURRENTLY is used inside of a transaction.

    PostgreSQL refuses it, so the revision fails everywhere.
    """

    id = "concurrently-in-transaction"
    severity = Severity.FAILS
    backends = ("postgresql",)
    checks_downgrade = True
    bad = ('op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions(
            "create index", "drop index", "reindex", "detach partition"
        ):
            if "CONCURRENTLY" in action.flags and not statement.autocommit:
                text = " ".join(statement.text.rstrip("; \n").split())
                yield Violation(
                    f"{action.kind} {action.name} CONCURRENTLY cannot run inside of a transaction",
                    autocommit_block(execute(text)),
                    statement,
                )
