from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute, quote_name


class EnumValueUsed(Rule):
    """A new enum value is used in the transaction that adds it.

    PostgreSQL refuses it, because the value does not exist before the commit.
    """

    id = "enum-value-used"
    severity = Severity.FAILS
    backends = ("postgresql",)
    bad = (
        """
        op.execute("ALTER TYPE mood ADD VALUE 'calm'")
        op.execute("UPDATE moods SET mood = 'calm' WHERE id = 1")
        """,
    )
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'calm'")
        """,
        """
        op.execute("UPDATE moods SET mood = 'calm' WHERE id = 1")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        added: dict[str, int] = {}
        types: dict[str, str] = {}
        for statement in run.statements:
            for action in statement.actions:
                if action.kind == "add enum value" and not statement.autocommit:
                    added[action.text] = statement.transaction
                    types[action.text] = action.name
            used = [
                value
                for value, transaction in added.items()
                if transaction == statement.transaction and value in statement.text
            ]
            if used and not any(action.kind == "add enum value" for action in statement.actions):
                yield Violation(
                    f"the enum value {used[0]} is used before the transaction that adds it ends",
                    "Add it in a revision of its own:\n"
                    + autocommit_block(
                        execute(f"ALTER TYPE {quote_name(types[used[0]])} ADD VALUE {used[0]}")
                    ),
                    statement,
                )
