"""An index is dropped while every use of its table waits.

DROP INDEX wants an ACCESS EXCLUSIVE lock on the table: it waits behind each transaction that uses
it, and all others wait behind it.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, operation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.drop_index("ix_items_status", "items")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.drop_index("ix_items_status", "items", postgresql_concurrently=True)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create index")
    for statement, act in step.acts("drop index"):
        there = statement.before.get(act.name, ()) is not None and act.name not in made
        if "CONCURRENTLY" not in act.flags and there:
            known = statement.before.get(act.name)
            table = act.table or (known.parent if known else "")
            if table and not step.old(table):
                continue
            yield Violation(
                f"index {act.name} is dropped while no statement can use {table or 'its table'}",
                autocommitted(
                    operation(
                        "drop_index",
                        table,
                        "postgresql_concurrently=True",
                        of=f'"{act.name.rpartition(".")[2]}"',
                    )
                ),
                statement,
            )
