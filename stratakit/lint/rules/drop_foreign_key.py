from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropForeignKey(Rule):
    """A foreign key is dropped.

    Both tables are locked completely, and afterwards rows may refer to missing rows.
    """

    id = "drop-foreign-key"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.drop_constraint("fk_tags_item", "tags", type_="foreignkey")',)
    good = ('op.execute("ALTER TABLE tags VALIDATE CONSTRAINT fk_tags_item")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop constraint"):
            known = statement.tables_before.get(action.table)
            constraint = known.constraints.get(action.name) if known else None
            if action.table in run.dropped or (constraint is None and run.is_observed):
                continue
            is_foreign_key = "fk" in action.name.split("_")
            other = "the other table"
            if constraint is not None:
                is_foreign_key, other = constraint.kind == "f", constraint.referenced_table
            if is_foreign_key and run.existed_before(action.table):
                yield Violation(
                    f"foreign key {action.name} is dropped: {action.table} "
                    f"and {other} are locked together, and rows may refer to missing rows "
                    "afterwards",
                    "Suppress this when no code relies on it, and run it under a lock timeout.",
                    statement,
                )
