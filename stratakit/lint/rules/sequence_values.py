import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

OTHER = re.compile(
    r"\b(?:RESTART|INCREMENT|(?<!NO )CYCLE|AS (?:SMALLINT|INT\w*)|MAXVALUE)\b", re.IGNORECASE
)


class SequenceValues(Rule):
    """A sequence is set to other values.

    One that starts again gives numbers that rows have: inserts fail, or rows that are gone come
    back under another meaning.
    """

    id = "sequence-values"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = ('op.execute("ALTER SEQUENCE numbers RESTART WITH 1")',)
    good = ('op.execute("ALTER SEQUENCE numbers CACHE 20")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create sequence")
        for statement, action in run.actions("alter sequence", "alter column"):
            name = f"{action.table}.{action.name}" if action.table else action.name
            is_old = (
                run.column_existed_before(action.table, action.name)
                if action.table
                else action.name not in created
            )
            if is_old and OTHER.search(action.text):
                yield Violation(
                    f"the sequence {name} gives other numbers: {action.text}",
                    "Acknowledge it when no row has, or had, what it gives from then on.",
                    statement,
                )
