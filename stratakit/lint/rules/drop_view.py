from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropView(Rule):
    """A view is dropped.

    Running code fails on its next statement.
    """

    id = "drop-view"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    contract_only = True
    bad = ('op.execute("DROP VIEW cheap_items")',)
    good = ('op.execute("CREATE VIEW dear_items AS SELECT id FROM items WHERE price > 9")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create view", "create materialized view")
        for statement, action in run.actions("drop view", "drop materialized view"):
            if action.name not in created:
                yield Violation(
                    f"{action.kind.removeprefix('drop ')} {action.name} is dropped, "
                    "and running code may use it",
                    "Suppress this when no running code uses it.",
                    statement,
                )
        for statement, action in run.actions("create view", "create materialized view"):
            old, new = run.tables_before.get(action.name), run.recreated_views.get(action.name)
            lost = (
                [column for column in old.columns if column not in new.columns]
                if old and new
                else []
            )
            if lost:
                yield Violation(
                    f"view {action.name} loses {', '.join(lost)}, and running code may read it",
                    "Suppress this when no running code reads it.",
                    statement,
                )
