from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class RenameConstraint(Rule):
    """A constraint is renamed.

    ON CONFLICT ON CONSTRAINT fails in running code, as does code that reads the name in an error.
    """

    id = "rename-constraint"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = ('op.execute("ALTER TABLE items RENAME CONSTRAINT uq_items_name TO uq_name")',)
    good = ('op.execute("ALTER INDEX ix_items_status RENAME TO ix_status")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("rename constraint"):
            if run.existed_before(action.table):
                yield Violation(
                    f"constraint {action.name} of {action.table} is renamed, and running code "
                    "may name it",
                    "Let the code name the columns: ON CONFLICT (column), then suppress this.",
                    statement,
                )
