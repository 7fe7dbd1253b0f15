from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

VALUES = {"DEFAULT", "GENERATED ALWAYS AS", "IDENTITY", "SERIAL", "AUTO_INCREMENT"}
"""The words by which each row gets a value."""


class NotNullWithoutDefault(Rule):
    """A NOT NULL column is added without a server default.

    It fails on a table with rows. On an empty table, running code cannot insert rows any more. A
    default of the model exists in Python only: autogenerate omits it.
    """

    id = "not-null-without-default"
    severity = Severity.FAILS
    backends = ("postgresql", "sqlite")
    contract_only = True
    bad = ('op.add_column("items", sa.Column("colour", sa.String(20), nullable=False))',)
    good = (
        """
        op.add_column(
            "items", sa.Column("colour", sa.String(20), nullable=False, server_default="red")
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add column"):
            if (
                "NOT NULL" in action.flags
                and not action.flags & VALUES
                and run.existed_before(action.table)
            ):
                yield Violation(
                    f"{action.table}.{action.name} is NOT NULL and has no server default",
                    operation(
                        "add_column",
                        action.table,
                        f'sa.Column("{action.name}", ..., nullable=False, server_default="...")',
                    ),
                    statement,
                )
