"""Two tables that are used are locked in one transaction.

The first stays locked while the second is waited for; a transaction of the application that takes
them in the other order is a deadlock.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.add_column("owners", sa.Column("colour", sa.String(20)))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
    """\
op.add_column("owners", sa.Column("colour", sa.String(20)))
""",
)

ALTERING = (
    "add column", "drop column", "alter type", "set not null", "drop not null", "set default",
    "drop default", "drop constraint", "rename column", "drop table", "add check", "add unique",
)  # fmt: skip


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    locked: dict[int, list[str]] = {}
    for statement in step.statements:
        if statement.autocommit:
            continue
        if step.observed:
            taken = [name for name, mode in statement.locks.items() if mode == "AccessExclusive"]
        else:
            taken = [
                act.table for act in statement.acts if act.kind in ALTERING and step.old(act.table)
            ]
        names = locked.setdefault(statement.transaction, [])
        calls = [act.kind for act in statement.acts] in ([], ["select"], ["call"])
        several = bool(names) or len(statement.acts) > 1 or calls
        names += [name for name in taken if name not in names]
        if len(names) > 1 and several and taken:
            yield Violation(
                f"{' and '.join(names)} are locked in one transaction",
                "Make a revision for each, so that each lock is released before the next is "
                "waited for.",
                statement,
            )
            return
