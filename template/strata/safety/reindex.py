"""An index is rebuilt while its table cannot be written.

REINDEX locks out writes, and reads that would use the index.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.recipes import autocommitted, execute, sql

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("REINDEX INDEX ix_items_status")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("REINDEX INDEX CONCURRENTLY ix_items_status")
""",
)


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("reindex"):
        if "CONCURRENTLY" not in act.flags:
            yield Danger(
                f"REINDEX {act.text} {act.name} stops writes until it is done",
                autocommitted(execute(f"REINDEX {act.text.upper()} CONCURRENTLY {sql(act.name)}")),
                statement,
            )
