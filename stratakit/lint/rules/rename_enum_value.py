from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute, quote_name


class RenameEnumValue(Rule):
    """An enum value is renamed.

    Running code writes the old value, which is refused, and reads a value that it does not know.
    """

    id = "rename-enum-value"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = (
        """
        op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'")
        """,
    )
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'blue'")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("rename enum value"):
            if action.name not in run.created:
                yield Violation(
                    f"the value {action.text} of {action.name} is renamed, and running code uses "
                    "the old one",
                    autocommit_block(
                        execute(
                            f"ALTER TYPE {quote_name(action.name)} ADD VALUE "
                            f"{action.text.rpartition(' ')[2]}"
                        )
                    )
                    + "\n# then: code that knows both, the rows changed in batches",
                    statement,
                )
