from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class MySQLSeveralStatements(Rule):
    """A revision changes the schema more than once.

    MySQL and MariaDB commit each change. If the second fails, the first stays, and the revision can
    neither be run again nor undone.
    """

    id = "mysql-several-statements"
    severity = Severity.CANNOT_GO_BACK
    backends = ("mysql",)
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        op.add_column("owners", sa.Column("colour", sa.String(20)))
        """,
    )
    good = (
        'op.add_column("items", sa.Column("colour", sa.String(20)))',
        'op.add_column("owners", sa.Column("colour", sa.String(20)))',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        changing = [
            (statement, action)
            for statement in run.statements
            for action in statement.actions[:1]
            if action.kind.startswith(
                ("add ", "alter ", "create ", "drop ", "rename ", "modify ", "truncate")
            )
            and (action.kind == "create table" or run.existed_before(action.table))
        ]
        if len(changing) > 1:
            statement, action = changing[1]
            yield Violation(
                f"{len(changing)} changes of the schema in one revision: "
                f"if {action.kind} {action.table} fails, the changes before it stay",
                "Write one revision for each, or one ALTER TABLE for all.",
                statement,
            )
