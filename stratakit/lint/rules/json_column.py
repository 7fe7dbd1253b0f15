"""A column has the type json.

It has no equality, so that SELECT DISTINCT and UNION fail on it, and no index; jsonb has both.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.sql.columns import type_of

SEVERITY = "style"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("extra", sa.JSON()))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("extra", sa.dialects.postgresql.JSONB()))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add column", "declare column", "alter type"):
        if type_of(act.text) == "json":
            yield Violation(
                f"{act.table}.{act.name} is json, on which DISTINCT, GROUP BY and UNION fail",
                f'sa.Column("{act.name}", postgresql.JSONB())'
                "  # from sqlalchemy.dialects import postgresql",
                statement,
            )
