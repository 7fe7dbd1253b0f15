"""A table is dropped.

Its rows are gone, code that still runs fails, and every table that it refers to is locked too.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
op.drop_table("tags")
""",
)
GOOD = (
    """\
op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("drop table", "drop foreign table"):
        if step.old(act.table) and statement.before.get(act.table, ()) is not None:
            known = statement.before.get(act.table)
            busy = (
                {c.referred for c in known.constraints.values() if c.kind == "f"}
                if known
                else set()
            )
            also = f", and {', '.join(sorted(busy))} locked meanwhile" if busy else ""
            yield Violation(
                f"table {act.table} is dropped with its rows{also}",
                ("# first, in a revision each, the foreign keys to busy tables\n" if busy else "")
                + f"# migrate: allow drop-table -- no running code uses {act.table} since ...\n"
                + operation("drop_table", act.table),
                statement,
            )
