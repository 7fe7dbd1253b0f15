from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation


class DropColumn(Rule):
    """A column is dropped.

    Its data is lost, and running code fails on its next statement, because an ORM names every
    column.
    """

    id = "drop-column"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    contract_only = True
    bad = ('op.drop_column("items", "note")',)
    good = ('op.add_column("items", sa.Column("remark", sa.String(20)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop column"):
            if run.column_existed_before(action.table, action.name):
                yield Violation(
                    f"{action.table}.{action.name} is dropped with its data, "
                    "and running code still names it",
                    "# migrate: allow drop-column "
                    f"-- no running code uses {action.name} since ...\n"
                    + operation("drop_column", action.table, f'"{action.name}"'),
                    statement,
                )
