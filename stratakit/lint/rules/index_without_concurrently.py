"""An index is built while every write to its table waits.

CREATE INDEX holds a SHARE lock until the whole table is read and sorted.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, create_index, execute, named, sql
from stratakit.sql.action import Action
from stratakit.sql.indexes import parse_index

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.create_index("ix_items_note", "items", ["note"])
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("create index"):
        if "CONCURRENTLY" not in act.flags and step.old(act.table):
            known = statement.before.get(act.table)
            partitioned = known is not None and known.kind == "p"
            if partitioned and "ONLY" in act.flags:
                continue
            yield Violation(
                f"index {act.name} on {act.table} is built while no row of {act.table} can be "
                "written",
                _recipe(act, partitioned=partitioned),
                statement,
            )


def _recipe(act: Action, *, partitioned: bool) -> str:
    name = act.name or named("ix", act.table)
    unique = "UNIQUE" in act.flags
    if not partitioned:
        return autocommitted(create_index(name, act.table, parse_index(act.text), unique=unique))
    made = f"CREATE {'UNIQUE ' * unique}INDEX {sql(name)} ON ONLY {sql(act.table)} {act.text}"
    return f"{execute(made)}\n# and in a revision for each partition:\n" + autocommitted(
        create_index(f"{name}_PARTITION", "PARTITION", parse_index(act.text), unique=unique),
        execute(f"ALTER INDEX {sql(name)} ATTACH PARTITION {sql(f'{name}_PARTITION')}"),
    )
