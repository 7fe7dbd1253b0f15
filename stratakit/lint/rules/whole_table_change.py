"""Rows of a whole table are changed or deleted in one transaction.

Every row stays locked until the end, the table doubles on disk, and replicas fall behind.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches
from stratakit.sql.action import Action

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
BAD = (
    """\
op.execute("UPDATE items SET note = 'none' WHERE note IS NULL")
""",
)
GOOD = (
    """\
connection = op.get_bind()
with op.get_context().autocommit_block():
    while connection.execute(
        sa.text(
            "UPDATE items SET note = 'none' WHERE id IN "
            "(SELECT id FROM (SELECT id FROM items WHERE note IS NULL LIMIT 1000) batch)"
        )
    ).rowcount:
        pass
""",
)

KEY = re.compile(
    r"\bWHERE\b.*?\b(?:\w*id|\w*key|\w*pk|\w*code|version_num)[\"`]?\s*"
    r"(?:=|IN\b|BETWEEN\b|>.*<|<.*>)",
    re.IGNORECASE | re.DOTALL,
)


def by_key(act: Action) -> bool:
    """Whether the text looks as if few rows were meant, where no plan can tell."""
    return bool(KEY.search(act.text))


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("update", "delete"):
        if not step.old(act.table):
            continue
        bounded = act.has("LIMIT") or act.has("FETCH FIRST")
        in_one = bounded and statement.in_loop and not statement.autocommit and not step.commits
        walked = bool(statement.walks) if statement.planned else not by_key(act)
        if in_one or not act.has("WHERE") or (walked and not bounded):
            yield Violation(
                f"{act.kind} of all of {act.table} in one transaction",
                batches(step.backend, act.table, act.kind),
                statement,
            )
