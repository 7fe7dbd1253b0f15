"""A partition is detached while nothing can use the table.

DETACH PARTITION wants an ACCESS EXCLUSIVE lock on the whole partitioned table.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute, sql

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE visits DETACH PARTITION visits_2025")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("ALTER TABLE visits DETACH PARTITION visits_2025 CONCURRENTLY")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("detach partition"):
        if "CONCURRENTLY" not in act.flags and not act.has("FINALIZE") and step.old(act.table):
            yield Violation(
                f"partition {act.name} is detached while nothing can use {act.table}",
                autocommitted(
                    execute(
                        f"ALTER TABLE {sql(act.table)} DETACH PARTITION {sql(act.name)} "
                        "CONCURRENTLY"
                    )
                ),
                statement,
            )
