"""A view is dropped.

Code that still runs fails on its next statement.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
op.execute("DROP VIEW cheap_items")
""",
)
GOOD = (
    """\
op.execute("CREATE VIEW dear_items AS SELECT id FROM items WHERE price > 9")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    again = step.names("create view", "create materialized view")
    for statement, act in step.acts("drop view", "drop materialized view"):
        if act.name not in again:
            yield Violation(
                f"{act.kind.removeprefix('drop ')} {act.name} is dropped, and running code may "
                "use it",
                "Acknowledge it when no running code uses it.",
                statement,
            )
    for statement, act in step.acts("create view", "create materialized view"):
        old, new = step.existed.get(act.name), step.remade.get(act.name)
        gone = (
            [column for column in old.columns if column not in new.columns] if old and new else []
        )
        if gone:
            yield Violation(
                f"view {act.name} loses {', '.join(gone)}, and running code may read it",
                "Acknowledge it when no running code reads it.",
                statement,
            )
