"""A materialized view is refreshed while nothing can read it.

REFRESH holds an ACCESS EXCLUSIVE lock until the query is done.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, sql

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("REFRESH MATERIALIZED VIEW item_names")
""",
)
GOOD = (
    """\
op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY item_names")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create materialized view")
    for statement, act in step.acts("refresh materialized view"):
        if "CONCURRENTLY" not in act.flags and act.table not in made:
            yield Violation(
                f"materialized view {act.table} cannot be read until it is refreshed",
                execute(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {sql(act.table)}")
                + "  # needs a unique index",
                statement,
            )
