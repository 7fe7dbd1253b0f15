"""CONCURRENTLY is asked for inside of a transaction.

PostgreSQL refuses it there: the revision fails wherever it is run.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute

SEVERITY = "fails"
DATABASES = ("postgresql",)
DOWNGRADE = True
BAD = (
    """\
op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
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
    for statement, act in step.acts("create index", "drop index", "reindex", "detach partition"):
        if "CONCURRENTLY" in act.flags and not statement.autocommit:
            text = " ".join(statement.text.rstrip("; \n").split())
            yield Violation(
                f"{act.kind} {act.name} CONCURRENTLY cannot run inside of a transaction",
                autocommitted(execute(text)),
                statement,
            )
