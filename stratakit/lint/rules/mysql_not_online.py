"""A table is copied while it cannot be written.

The server itself says that it can do this neither INSTANT nor INPLACE without a lock.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("mysql",)
DOWNGRADE = True
BAD = (
    """\
op.alter_column(
    "items", "note", existing_type=sa.String(50), existing_nullable=True, type_=sa.Integer()
)
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("remark", sa.String(50)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement in step.statements:
        if statement.online == "copy":
            act = statement.acts[0]
            place = ".".join(filter(None, (act.table, act.name)))
            yield Violation(
                f"{act.kind} {place} copies the whole table while nobody can write it",
                "Add what is needed beside it and copy in batches, or use gh-ost or pt-osc.",
                statement,
            )
