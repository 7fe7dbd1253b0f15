from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class SQLiteLoss(Rule):
    """Recreating a table loses what belongs to it.

    A batch operation copies a table and drops the old one: its triggers, its indexes on expressions
    and its unnamed CHECKs go with it, and with `foreign_keys = ON` the rows that refer to it.
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
        how = "recreates a table, and " if recreated else "says nothing of it, and "
        for loss in run.losses:
            yield Violation(
                f"the {run.direction} {how}{loss.text}",
                "Use what SQLite can do alone: op.add_column, op.drop_column, "
                'op.execute("ALTER TABLE ... RENAME COLUMN ...");\n'
                "else make again in the revision what is lost, and keep foreign keys off.",
                line=loss.line,
            )
