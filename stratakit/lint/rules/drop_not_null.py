"""A column that running code reads may become NULL.

Code that was written for a value in each row meets None.
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
op.alter_column("items", "name", existing_type=sa.String(200), nullable=True)
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("nickname", sa.String(200)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop not null", "modify column"):
        if not step.old_column(act.table, act.name):
            continue
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if column is not None and not column.not_null:
            continue
        if act.kind == "modify column":
            meant = any(
                getattr(call.operation, "column_name", "") == act.name
                and getattr(call.operation, "modify_nullable", None)
                for call in step.calls
            )
            if "NOT NULL" in act.flags or not meant or column is None or not column.not_null:
                continue
        yield Violation(
            f"{act.table}.{act.name} may become NULL, which running code does not expect",
            "Deploy code that reads NULL first, then acknowledge this.",
            statement,
        )
