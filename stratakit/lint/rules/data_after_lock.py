"""Rows are changed while a table is locked by a change before.

What ALTER TABLE locks stays locked until the transaction ends, however long the rows take.
"""

from collections.abc import Iterator

from stratakit.lint.rules.two_tables_locked import ALTERING
from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.sql.action import Action

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.execute("UPDATE items SET colour = 'red' WHERE id = 1")
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
    """\
op.execute("UPDATE items SET colour = 'red' WHERE id = 1")
""",
)


def _many(act: Action) -> bool:
    return act.kind != "insert" or act.has("SELECT")


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    altered: dict[int, str] = {}
    for statement in step.statements:
        rows = [act for act in statement.acts if act.kind in ("update", "delete", "insert")]
        old = [act for act in rows if step.old(act.table) and _many(act)]
        if old and not statement.autocommit and statement.transaction in altered:
            yield Violation(
                f"rows of {old[0].table} are changed while {altered[statement.transaction]} is "
                "locked by "
                "a statement before",
                "Change the rows in a revision of its own, in batches, each a transaction.",
                statement,
            )
        if statement.autocommit:
            continue
        if step.observed:
            held = [name for name, mode in statement.held.items() if mode == "AccessExclusive"]
        else:
            held = [
                act.table for act in statement.acts if act.kind in ALTERING and step.old(act.table)
            ]
        if held:
            altered.setdefault(statement.transaction, held[0])
