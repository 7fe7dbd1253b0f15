"""A unique constraint is added to a table with rows.

Its index is built under a lock that stops all traffic, and duplicates that are there make it fail.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, key_by_index, named, sql
from stratakit.sql.action import Action
from stratakit.sql.indexes import IndexDefinition, columns_in, parse_index

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


def _old(step: Step, act: Action) -> bool:
    """Whether rows that are there can hold the same twice: a column that is new holds NULL."""
    if act.kind == "add column":
        return False
    return all(step.old_column(act.table, name) for name in columns_in(act.text))


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    cleaned = {act.table for _, act in step.acts("delete")}
    for statement, act in step.acts("add unique", "add column", "create index"):
        unique = act.kind == "add unique" or "UNIQUE" in act.flags
        if not unique or "USING INDEX" in act.flags or not step.old(act.table):
            continue
        if act.kind == "create index" and step.backend == "postgresql":
            continue
        if step.backend != "postgresql" and (act.table in cleaned or not _old(step, act)):
            continue
        on = parse_index(act.text)
        name = act.name or named("uq", act.table)
        if act.kind == "add column":
            name, on = named("uq", act.table, act.name), IndexDefinition((f'"{act.name}"',))
        yield Violation(
            f"unique constraint {name} on {act.table}: duplicates make it fail"
            + (
                ", and its index is built while nothing can use the table"
                if step.backend == "postgresql"
                else ""
            ),
            key_by_index("UNIQUE", name, act.table, on)
            if step.backend == "postgresql"
            else execute(f"DELETE FROM {sql(act.table, step.backend)} WHERE ...")
            + "  # duplicates first",
            statement,
        )
