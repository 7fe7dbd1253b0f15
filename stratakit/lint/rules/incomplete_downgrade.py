from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class IncompleteDowngrade(Rule):
    """A downgrade leaves something behind.

    The next upgrade then fails.
    """

    id = "incomplete-downgrade"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql", "sqlite")
    checks_downgrade = True
    bad = (
        """
        def upgrade() -> None:
            op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
            op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("drafts")
        """,
    )
    good = (
        """
        def upgrade() -> None:
            op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
            op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("labels")
            op.drop_table("drafts")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        # An index that became a constraint goes with it: it was another revision's.
        upgrade = run.counterpart.statements if run.counterpart else ()
        uses_index = any(
            "USING INDEX" in action.flags for statement in upgrade for action in statement.actions
        )
        if run.rerun_error and run.statements and not uses_index:
            yield Violation(
                f"after the downgrade, the upgrade fails: {run.rerun_error}",
                "Undo in downgrade() all that upgrade() creates; "
                'with a table, the types of its columns: op.execute("DROP TYPE ...")',
                line=run.statements[0].line,
            )
