from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class RenameSchema(Rule):
    """A schema is renamed.

    Running code fails on its next statement.
    """

    id = "rename-schema"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    contract_only = True
    bad = ('op.execute("ALTER SCHEMA archive RENAME TO attic")',)
    good = ('op.execute("CREATE SCHEMA attic")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions(
            "rename schema",
            "rename sequence",
            "rename type",
            "rename domain",
            "rename function",
            "rename procedure",
            "rename attribute",
        ):
            swapped = action.kind == "rename type" and action.name in run.names("create type")
            if not swapped:
                yield Violation(
                    f"{action.kind.removeprefix('rename ')} {action.name} is renamed, and "
                    "running code uses the old name",
                    "Create a new one, move its users, and drop the old one later.",
                    statement,
                )
