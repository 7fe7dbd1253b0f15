from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class MySQLNotOnline(Rule):
    """A table is copied while it cannot be written.

    The server reports that it can do this neither INSTANT nor INPLACE without a lock.
    """

    id = "mysql-not-online"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("mysql",)
    checks_downgrade = True
    bad = (
        """
        op.alter_column(
            "items", "note", existing_type=sa.String(50), existing_nullable=True, type_=sa.Integer()
        )
        """,
    )
    good = ('op.add_column("items", sa.Column("remark", sa.String(50)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement in run.statements:
            if statement.algorithm == "copy":
                action = statement.actions[0]
                place = ".".join(filter(None, (action.table, action.name)))
                yield Violation(
                    f"{action.kind} {place} copies the whole table while nothing can write to it",
                    "Add a new column or table and copy in batches, or use gh-ost or pt-osc.",
                    statement,
                )
