from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation


class DropTable(Rule):
    """A table is dropped.

    Its rows are lost, running code fails, and every table that it refers to is locked, too.
    """

    id = "drop-table"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    contract_only = True
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "Its rows are lost, and running code fails."
    }
    bad = ('op.drop_table("tags")',)
    good = ('op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop table", "drop foreign table"):
            table = statement.tables_before.get(action.table)
            is_missing = table is None and action.table in statement.tables_before
            if is_missing or not run.existed_before(action.table):
                continue
            constraints = table.constraints.values() if table else ()
            busy = {each.referenced_table for each in constraints if each.kind == "f"} - {""}
            message = f"table {action.table} is dropped with its rows"
            suggestion = (
                f"# migrate: allow drop-table -- no running code uses {action.table} since ...\n"
                + operation("drop_table", action.table)
            )
            if busy and run.backend != "sqlite":
                message += f", and {', '.join(sorted(busy))} locked meanwhile"
                first = "# first, in a revision each, the foreign keys to busy tables\n"
                suggestion = first + suggestion
            yield Violation(message, suggestion, statement)
