"""The rows of a table are changed one by one in one transaction.

Each row is a round trip, and all of them stay locked until the last is done.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
BAD = (
    """\
connection = op.get_bind()
for (id,) in connection.execute(sa.text("SELECT id FROM items")).all():
    connection.execute(sa.text("UPDATE items SET note = 'x' WHERE id = :id"), {"id": id})
""",
)
GOOD = (
    """\
connection = op.get_bind()
with op.get_context().autocommit_block():
    while connection.execute(
        sa.text(
            "UPDATE items SET note = 'x' WHERE id IN "
            "(SELECT id FROM (SELECT id FROM items WHERE note <> 'x' LIMIT 1000) batch)"
        )
    ).rowcount:
        pass
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("update", "delete"):
        if (
            (
                (statement.times > 1 or statement.in_loop)
                and not statement.autocommit
                and step.old(act.table)
            )
            and not act.has("LIMIT")
            and act.has("WHERE")
            and not step.commits
        ):
            yield Violation(
                f"the rows of {act.table} are changed one by one in one transaction",
                batches(step.backend, act.table, act.kind),
                statement,
            )
