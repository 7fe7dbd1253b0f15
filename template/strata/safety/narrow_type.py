"""A column gets a type that holds less.

A value that does not fit makes the revision fail, or is cut off; running code may still write such.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.recipes import sql
from strata.sql.columns import type_of
from strata.sql.types import narrower

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


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("alter type", "modify column"):
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if column is not None and step.old(act.table) and narrower(column.type, type_of(act.text)):
            yield Danger(
                f"{act.table}.{act.name} is {column.type} and becomes {type_of(act.text)}, "
                "which holds "
                "less",
                "Find the values that do not fit, and shorten them in a revision before this "
                "one:\n"
                f"SELECT * FROM {sql(act.table, step.family)} "
                f"WHERE length({sql(act.name, step.family)}) > ...",
                statement,
            )
