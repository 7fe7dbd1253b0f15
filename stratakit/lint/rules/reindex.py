"""An index is rebuilt while its table cannot be written.

REINDEX locks out writes, and reads that would use the index.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute, sql

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


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("reindex"):
        if "CONCURRENTLY" not in act.flags:
            yield Violation(
                f"REINDEX {act.text} {act.name} stops writes until it is done",
                autocommitted(execute(f"REINDEX {act.text.upper()} CONCURRENTLY {sql(act.name)}")),
                statement,
            )
