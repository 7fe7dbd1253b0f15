from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DestructiveDowngrade(Rule):
    """A downgrade destroys data that existed before its revision.

    Whoever undoes a failed deployment does not expect to lose data that the revision did not
    create.
    """

    id = "destructive-downgrade"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    checks_downgrade = True
    bad = (
        """
        def upgrade() -> None:
            op.add_column("items", sa.Column("colour", sa.String(20)))


        def downgrade() -> None:
            op.drop_column("items", "note")
        """,
    )
    good = (
        """
        def upgrade() -> None:
            op.add_column("items", sa.Column("colour", sa.String(20)))


        def downgrade() -> None:
            op.drop_column("items", "colour")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        if run.is_upgrade:
            return
        created_schemas = run.counterpart.names("create schema") if run.counterpart else set()
        for statement, action in run.actions("drop column", "drop table", "drop schema", "delete"):
            if action.kind == "drop column" and not run.column_existed_before(
                action.table, _name_before(run, action.table, action.name)
            ):
                continue
            if action.kind == "drop schema" and action.name in created_schemas:
                continue
            if action.kind == "delete" and action.has("WHERE"):
                continue
            if action.kind in ("drop table", "delete") and not run.existed_before(action.table):
                continue
            target = (
                f"{action.table}.{action.name}"
                if action.kind == "drop column"
                else action.table or action.name
            )
            yield Violation(
                f"the downgrade destroys {target}, which existed before the revision",
                "Undo only what upgrade() does.",
                statement,
            )


def _name_before(run: RevisionRun, table: str, column: str) -> str:
    """Return the name that a column had before the upgrade."""
    renames = run.counterpart.actions("rename column") if run.counterpart else ()
    names = {(action.table, action.text): action.name for _, action in renames}
    return names.get((table, column), column)
