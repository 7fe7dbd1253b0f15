"""A foreign key is dropped.

Both tables are locked against all use, and from then on rows may refer to none.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.drop_constraint("fk_tags_item", "tags", type_="foreignkey")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE tags VALIDATE CONSTRAINT fk_tags_item")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop constraint"):
        known = statement.before.get(act.table)
        constraint = known.constraints.get(act.name) if known else None
        foreign = constraint.kind == "f" if constraint else "fk" in act.name.split("_")
        if foreign and step.old(act.table) and not (constraint is None and step.observed):
            other = constraint.referred if constraint else "the other table"
            yield Violation(
                f"foreign key {act.name} is dropped: {act.table} and {other} are locked "
                "together, and "
                "rows may refer to none from then on",
                "Acknowledge it when no code relies on it, and run it under a lock timeout.",
                statement,
            )
