"""A sequence is set to other values.

One that starts again gives numbers that rows have: inserts fail, or rows that are gone come back
under another meaning.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER SEQUENCE numbers RESTART WITH 1")
""",
)
GOOD = (
    """\
op.execute("ALTER SEQUENCE numbers CACHE 20")
""",
)
OTHER = re.compile(
    r"\b(?:RESTART|INCREMENT|(?<!NO )CYCLE|AS (?:SMALLINT|INT\w*)|MAXVALUE)\b", re.IGNORECASE
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create sequence")
    for statement, act in step.acts("alter sequence", "alter column"):
        name = f"{act.table}.{act.name}" if act.table else act.name
        old = step.old_column(act.table, act.name) if act.table else act.name not in made
        if old and OTHER.search(act.text):
            yield Violation(
                f"the sequence {name} gives other numbers: {act.text}",
                "Acknowledge it when no row has, or had, what it gives from then on.",
                statement,
            )
