from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation


class RenameColumn(Rule):
    """A column is renamed.

    Running code fails on its next statement, and new code fails until the column is renamed.
    """

    id = "rename-column"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    contract_only = True
    bad = (
        'op.alter_column("items", "note", existing_type=sa.String(50), new_column_name="remark")',
    )
    good = ('op.add_column("items", sa.Column("remark", sa.String(50)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("rename column"):
            if run.column_existed_before(action.table, action.name):
                yield Violation(
                    f"{action.table}.{action.name} is renamed to {action.text}, and running code "
                    "uses the old name",
                    operation("add_column", action.table, f'sa.Column("{action.text}", ...)')
                    + "\n# then: code that writes both, the rows copied in batches, "
                    + "code that reads the new one, the old one dropped",
                    statement,
                )
