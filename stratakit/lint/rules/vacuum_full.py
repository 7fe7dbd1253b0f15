"""A table is written anew to tidy it up.

VACUUM FULL and CLUSTER hold an ACCESS EXCLUSIVE lock until the last row is copied.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "mysql",
)
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.execute("CLUSTER items USING ix_items_status")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("VACUUM items")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("vacuum full", "cluster"):
        kind = act.kind.upper() if step.backend == "postgresql" else "OPTIMIZE TABLE"
        yield Violation(
            f"{kind} {act.table} stops all traffic until it is written anew",
            "pg_repack or pg_squeeze does it while the table is used; a plain VACUUM is often "
            "enough."
            if step.backend == "postgresql"
            else "gh-ost or pt-osc does it while the table is used; it is rarely worth it.",
            statement,
        )
