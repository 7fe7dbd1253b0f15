from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class TableRewrite(Rule):
    """A table in use is rewritten.

    Nothing can use it until the last row is copied.
    """

    id = "table-rewrite"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    checks_downgrade = True
    fallback = True
    bad = (
        """
        def upgrade() -> None:
            op.alter_column("items", "note", type_=sa.String(500))


        def downgrade() -> None:
            op.alter_column("items", "quantity", type_=sa.BigInteger())
        """,
    )
    good = (
        """
        def upgrade() -> None:
            op.alter_column("items", "note", type_=sa.String(500))


        irreversible = "it would rewrite the table"


        def downgrade() -> None:
            raise NotImplementedError(irreversible)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement in run.statements:
            for table in statement.rewritten_tables:
                yield Violation(
                    f"the {run.direction} rewrites {table} while nothing can use it",
                    "Add a new column or table, and copy in batches; "
                    "or declare that the revision cannot be undone:\n"
                    'irreversible = "it would rewrite the table"',
                    statement,
                )
