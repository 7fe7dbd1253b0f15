from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation


class SerialColumn(Rule):
    """A column with automatic numbers is added to a table with rows.

    Every row is rewritten with its number, while nothing can use the table.
    """

    id = "serial-column"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.add_column("items", sa.Column("number", sa.BigInteger(), sa.Identity()))',)
    good = ('op.add_column("items", sa.Column("number", sa.BigInteger()))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add column"):
            if action.flags & {"SERIAL", "IDENTITY"} and run.existed_before(action.table):
                yield Violation(
                    f"{action.table}.{action.name} numbers itself, "
                    "which rewrites every row of the table",
                    operation(
                        "add_column", action.table, f'sa.Column("{action.name}", sa.BigInteger())'
                    )
                    + "\n# then a sequence as its default for new rows, "
                    + "and the old ones filled in batches",
                    statement,
                )
