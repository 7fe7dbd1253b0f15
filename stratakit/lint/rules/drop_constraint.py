"""A constraint is dropped.

Running code relies on what it refuses, and rows that break it cannot be told later.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.trace.relation import Constraint, Table
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = (
    "postgresql",
    "sqlite",
)
BAD = (
    """\
with op.batch_alter_table("items") as batch_op:
    batch_op.drop_constraint("uq_items_name", type_="unique")
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("nickname", sa.String(20)))
""",
)


def _counts(step: Step, table: str, constraint: Constraint) -> bool:
    """Whether nothing else says what the constraint says: NOT NULL does, for its proof."""
    found = re.match(r"CHECK \(+\"?(\w+)\"? IS NOT NULL\)+", constraint.text)
    if not found:
        return True
    known = step.existed.get(table)
    column = known.columns.get(found[1]) if known else None
    set_here = any(act.name == found[1] for _, act in step.acts("set not null"))
    return not (set_here or (column is not None and column.not_null))


def _unique(step: Step, table: Table | None, index: str) -> bool:
    """Whether it is the name of a unique index, which MySQL and SQLite have for a constraint."""
    known = table.indexes.get(index) if table and step.backend != "postgresql" else None
    return known is not None and known.unique


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    again = {act.table for _, act in step.acts("create index") if "UNIQUE" in act.flags}
    for statement, act in step.acts("drop constraint", "drop index"):
        if not step.old(act.table):
            continue
        known = statement.before.get(act.table) or statement.before.get(act.name)
        table = act.table or (known.parent if known else "")
        counts = _unique(step, known, act.name) and table not in again and step.old(table)
        if act.kind == "drop index" and not counts:
            continue
        constraint = known.constraints.get(act.name) if known else None
        if step.backend == "postgresql" and constraint is None and step.observed:
            continue
        if constraint and (
            (constraint.kind == "f" and step.backend == "postgresql")
            or not _counts(step, act.table, constraint)
        ):
            continue
        yield Violation(
            f"constraint {act.name} of {table} is dropped, and what it refused is possible",
            "Acknowledge it when no running code relies on it.",
            statement,
        )
