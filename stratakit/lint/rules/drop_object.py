from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropObject(Rule):
    """A type, sequence, function or extension is dropped.

    Code, tables or other functions that use it fail.
    """

    id = "drop-object"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "mysql")
    shown_on = ("postgresql",)
    bad = ('op.execute("DROP SEQUENCE numbers")',)
    good = ('op.execute("CREATE SEQUENCE more_numbers")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        kinds = ("type", "domain", "sequence", "function", "procedure", "extension", "attribute")
        created = run.names(*(f"create {kind}" for kind in kinds))
        renamed = {action.text for _, action in run.actions(*(f"rename {kind}" for kind in kinds))}
        for statement, action in run.actions(*(f"drop {kind}" for kind in kinds)):
            if action.name not in created | renamed:
                yield Violation(
                    f"{action.kind.removeprefix('drop ')} {action.name} is dropped, "
                    "and something may use it",
                    "Suppress this when nothing uses it.",
                    statement,
                )
