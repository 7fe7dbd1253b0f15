from collections.abc import Iterator

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, quote_name
from stratakit.sql.action import Action


class RenameTable(Rule):
    """A table is renamed.

    Running code fails on its next statement, unless a view keeps the old name.
    """

    id = "rename-table"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "sqlite")
    contract_only = True
    bad = ('op.rename_table("tags", "labels")',)
    good = (
        """
        op.rename_table("tags", "labels")
        op.execute("CREATE VIEW tags AS SELECT * FROM labels")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        views = run.names("create view")
        for statement, action in run.actions("rename table", "set schema", "rename view"):
            if run.existed_before(action.table) and action.table not in views:
                yield Violation(
                    f"{action.table} is renamed to {action.text or 'another schema'}, and "
                    "running code uses the old name",
                    _suggestion(action, run.backend),
                    statement,
                )


def _suggestion(action: Action, backend: Backend) -> str:
    """Suggest the rename, and a view under the old name in the same transaction."""
    schema, _, bare = action.table.rpartition(".")
    old = quote_name(action.table, backend)
    if action.kind == "set schema":
        change, new = f"SET SCHEMA {quote_name(action.text)}", f"{action.text}.{bare}"
    else:
        change = f"RENAME TO {quote_name(action.text, backend)}"
        new = f"{schema}.{action.text}" if schema and "." not in action.text else action.text
    return "\n".join(
        (
            execute(f"ALTER {'VIEW' if 'view' in action.kind else 'TABLE'} {old} {change}"),
            execute(f"CREATE VIEW {old} AS SELECT * FROM {quote_name(new, backend)}"),
        )
    )
