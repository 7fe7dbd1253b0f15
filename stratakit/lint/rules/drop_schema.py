from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropSchema(Rule):
    """A schema is dropped.

    All its contents are lost, and running code fails.
    """

    id = "drop-schema"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "mysql")
    bad = ('op.execute("DROP SCHEMA archive CASCADE")',)
    good = ('op.execute("CREATE SCHEMA reports")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop schema", "drop database"):
            yield Violation(
                f"{action.kind.removeprefix('drop ')} {action.name} is dropped, "
                "and running code may use it",
                "Suppress this when no running code uses it.",
                statement,
            )
