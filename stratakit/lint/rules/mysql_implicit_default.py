from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

VALUES = {"DEFAULT", "AUTO_INCREMENT", "GENERATED ALWAYS AS"}
"""The words after which somebody has chosen the value."""


class MySQLImplicitDefault(Rule):
    """A NOT NULL column gets 0 or an empty string in all rows.

    MySQL and MariaDB do not refuse it, and choose a value themselves. Running code cannot insert
    rows any more. A default of the model exists in Python only: autogenerate omits it.
    """

    id = "mysql-implicit-default"
    severity = Severity.LOSES_DATA
    backends = ("mysql",)
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
                    f"all rows get an invented value for {action.table}.{action.name}",
                    operation(
                        "add_column",
                        action.table,
                        f'sa.Column("{action.name}", ..., nullable=False, server_default="...")',
                    ),
                    statement,
                )
