from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class Revoke(Rule):
    """A privilege is revoked.

    Running code that uses it fails from its next statement on.
    """

    id = "revoke"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = ('op.execute("REVOKE SELECT ON items FROM PUBLIC")',)
    good = (
        """
        op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.execute("REVOKE ALL ON drafts FROM PUBLIC")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create table", "create view")
        for statement, action in run.actions("revoke"):
            if action.table not in created:
                yield Violation(
                    f"running code may need a revoked privilege: {action.text}",
                    "Suppress this when no serving role needs the privilege any more.",
                    statement,
                )
