from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches


class Truncate(Rule):
    """A table is truncated.

    All rows are lost, also in every table that CASCADE reaches, and nothing can use the tables
    meanwhile.
    """

    id = "truncate"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    checks_downgrade = True
    reasons: ClassVar[Mapping[Backend, str]] = {"sqlite": "All rows are lost."}
    bad = ('op.execute("TRUNCATE items")',)
    good = (
        """
        op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.execute("TRUNCATE drafts")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("truncate"):
            if run.existed_before(action.table):
                yield Violation(
                    f"{action.table} loses all its rows",
                    "Delete the unneeded rows in batches:\n"
                    + batches(run.backend, action.table, "delete", statement.key_of(action.table)),
                    statement,
                )
