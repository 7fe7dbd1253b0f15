"""A column gets a type that holds less.

A value that does not fit makes the revision fail, or is cut off; running code may still write such.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import sql
from stratakit.sql.columns import type_of
from stratakit.sql.types import is_narrower

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.alter_column(
    "items",
    "name",
    existing_type=sa.String(200),
    existing_nullable=False,
    type_=sa.String(20),
)
""",
)
GOOD = (
    """\
op.alter_column(
    "items",
    "name",
    existing_type=sa.String(200),
    existing_nullable=False,
    type_=sa.String(250),
)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("alter type", "modify column"):
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if (
            column is not None
            and step.old(act.table)
            and is_narrower(column.type, type_of(act.text))
        ):
            yield Violation(
                f"{act.table}.{act.name} is {column.type} and becomes {type_of(act.text)}, "
                "which holds "
                "less",
                "Find the values that do not fit, and shorten them in a revision before this "
                "one:\n"
                f"SELECT * FROM {sql(act.table, step.backend)} "
                f"WHERE length({sql(act.name, step.backend)}) > ...",
                statement,
            )
