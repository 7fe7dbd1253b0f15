from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation


class GeneratedColumn(Rule):
    """A stored generated column is added to a table with rows.

    Every row is written with its value, while nothing can use the table.
    """

    id = "generated-column"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.add_column(
            "items", sa.Column("gross", sa.Numeric(), sa.Computed("price * 1.19", persisted=True))
        )
        """,
    )
    good = ('op.add_column("items", sa.Column("gross", sa.Numeric()))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add column"):
            if (
                "GENERATED ALWAYS AS" in action.flags
                and "STORED" in action.flags
                and run.existed_before(action.table)
            ):
                yield Violation(
                    f"{action.table}.{action.name} is computed and stored, "
                    "which rewrites every row of the table",
                    operation("add_column", action.table, f'sa.Column("{action.name}", ...)')
                    + "\n# written by the code, and filled in batches; "
                    + "or compute it when it is read",
                    statement,
                )
