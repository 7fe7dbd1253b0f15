from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropDefault(Rule):
    """A server default is dropped.

    Running code omits the column in its INSERT: the column is NULL, or the statement fails.
    """

    id = "drop-default"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "mysql")
    bad = ('op.alter_column("items", "status", existing_type=sa.String(20), server_default=None)',)
    good = ('op.alter_column("items", "note", existing_type=sa.String(50), server_default="none")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop default"):
            column = statement.column_before(action)
            if run.existed_before(action.table) and (column is None or column.default is not None):
                yield Violation(
                    f"{action.table}.{action.name} loses its default, which running code relies on",
                    "Suppress this when all running code writes the column.",
                    statement,
                )
