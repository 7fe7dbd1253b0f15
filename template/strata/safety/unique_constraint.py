"""A unique constraint is added to a table with rows.

Its index is built under a lock that stops all traffic, and duplicates that are there make it fail.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.recipes import autocommitted
from strata.sql.acts import Act
from strata.sql.indexes import Indexed, create_index, indexed

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.create_unique_constraint("uq_items_note", "items", ["note"])
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.create_index("uq_items_note", "items", ["note"], unique=True, postgresql_concurrently=True)
""",
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT uq_items_note UNIQUE USING INDEX uq_items_note")
""",
)


def _old(step: Step, act: Act) -> bool:
    """Whether rows that are there can hold the same twice: a column that is new holds NULL."""
    if act.kind == "add column":
        return False
    inside = act.text.partition("(")[2].partition(")")[0]
    names = [name.strip(' `"') for name in inside.split(",")]
    return not inside or all(step.old_column(act.table, name) for name in names)


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    cleaned = {act.table for _, act in step.acts("delete")}
    for statement, act in step.acts("add unique", "add column", "create index"):
        unique = act.kind == "add unique" or "UNIQUE" in act.flags
        if not unique or "USING INDEX" in act.flags or not step.old(act.table):
            continue
        if act.kind == "create index" and step.family == "postgresql":
            continue
        if step.family != "postgresql" and (act.table in cleaned or not _old(step, act)):
            continue
        on = indexed(act.text)
        name = act.name or f"uq_{act.table}"
        if act.kind == "add column":
            name, on = f"uq_{act.table}_{act.name}", Indexed((f'"{act.name}"',))
        yield Danger(
            f"unique constraint {name} on {act.table}: duplicates make it fail"
            + (
                ", and its index is built while nothing can use the table"
                if step.family == "postgresql"
                else ""
            ),
            autocommitted(create_index(name, act.table, on, unique=True))
            + f'\nop.execute("ALTER TABLE {act.table} ADD CONSTRAINT {name} UNIQUE USING INDEX '
            f'{name}")'
            if step.family == "postgresql"
            else f'op.execute("DELETE FROM {act.table} WHERE ...")  # duplicates first',
            statement,
        )
