from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class ChangeDefault(Rule):
    """A server default is changed.

    Running code still assumes the old value for new rows.
    """

    id = "change-default"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "mysql")
    bad = (
        'op.alter_column("items", "status", existing_type=sa.String(20), server_default="open")',
    )
    good = ('op.alter_column("items", "note", existing_type=sa.String(50), server_default="none")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("set default"):
            column = statement.column_before(action)
            if (
                column is not None
                and column.default is not None
                and run.column_existed_before(action.table, action.name)
            ):
                yield Violation(
                    f"new rows of {action.table} get another {action.name} than {column.default}",
                    "Deploy code that writes the value itself first, then suppress this.",
                    statement,
                )
