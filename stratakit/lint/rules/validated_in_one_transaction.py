from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import validate


class ValidatedInOneTransaction(Rule):
    """A constraint is added NOT VALID and validated in one transaction.

    The lock of ADD CONSTRAINT is held until the end, so all rows are scanned under it.
    """

    id = "validated-in-one-transaction"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.execute("ALTER TABLE items ADD CONSTRAINT ck_note CHECK (note <> '') NOT VALID")
        op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_note")
        """,
    )
    good = (
        """
        op.execute("ALTER TABLE items ADD CONSTRAINT ck_note CHECK (note <> '') NOT VALID")
        """,
        'op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_note")',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        added: dict[tuple[str, str, int], int] = {}
        for statement in run.statements:
            for action in statement.actions:
                key = (action.table, action.name, statement.transaction)
                if action.kind.startswith("add ") and "NOT VALID" in action.flags:
                    added[key] = statement.line
                if action.kind != "validate constraint" or statement.autocommit:
                    continue
                if key in added and run.existed_before(action.table):
                    yield Violation(
                        f"{action.name} of {action.table} is validated under the lock with which "
                        "it was added",
                        "In the next revision:\n" + validate(action.table, action.name),
                        statement,
                    )
