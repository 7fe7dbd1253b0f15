from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class SQLiteLoss(Rule):
    """Recreating a table loses objects that belong to it.

    A batch operation copies a table and drops the old one. SQLite drops its triggers, its indexes
    on expressions and its unnamed CHECKs with the old table.
    """

    id = "sqlite-loss"
    severity = Severity.LOSES_DATA
    backends = ("sqlite",)
    checks_downgrade = True
    bad = (
        """
        with op.batch_alter_table("owners") as batch_op:
            batch_op.alter_column("name", existing_type=sa.Text(), server_default="x")
        """,
    )
    good = ('op.add_column("owners", sa.Column("title", sa.String(20)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        recreated = any(True for _ in run.actions("recreate table", "rename table"))
        how = "recreates a table" if recreated else "does not name the loss"
        for loss in run.losses:
            yield Violation(
                f"the {run.direction} {how}, and {loss.text}",
                "Use an operation that SQLite supports without a copy: op.add_column, "
                'op.drop_column, op.execute("ALTER TABLE ... RENAME COLUMN ...");\n'
                "otherwise recreate in the revision what is lost, and delete child rows first.",
                line=loss.line,
            )
