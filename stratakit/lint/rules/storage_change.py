"""A table is moved to another storage.

SET EXPRESSION, LOGGED, UNLOGGED, TABLESPACE and ACCESS METHOD write the whole table anew, while
nothing can use it; an unlogged table is empty after a crash.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items SET UNLOGGED")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items SET (fillfactor = 90)")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    kinds = ("set expression", "set tablespace", "set logged", "set unlogged", "set access method")
    for statement, act in step.acts(*kinds):
        if step.old(act.table):
            yield Violation(
                f"{act.kind.upper()} writes {act.table} anew while nothing can use it",
                "Make a new table so, copy the rows in batches, then change over.",
                statement,
            )
