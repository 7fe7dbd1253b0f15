from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropNotNull(Rule):
    """A column that running code reads may become NULL.

    Code that expects a value in each row gets None.
    """

    id = "drop-not-null"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    bad = ('op.alter_column("items", "name", existing_type=sa.String(200), nullable=True)',)
    good = ('op.add_column("items", sa.Column("nickname", sa.String(200)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop not null", "modify column"):
            if not run.column_existed_before(action.table, action.name):
                continue
            column = statement.column_before(action)
            if column is not None and not column.not_null:
                continue
            if action.kind == "modify column":
                is_intended = any(
                    getattr(call.operation, "column_name", "") == action.name
                    and getattr(call.operation, "modify_nullable", None)
                    for call in run.calls
                )
                if "NOT NULL" in action.flags or not is_intended or column is None:
                    continue
            yield Violation(
                f"{action.table}.{action.name} may become NULL, which running code does not expect",
                "Deploy code that reads NULL first, then suppress this.",
                statement,
            )
