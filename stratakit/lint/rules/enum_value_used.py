"""A new enum value is used in the transaction that adds it.

PostgreSQL refuses it: the value is not there before the commit.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute, sql

SEVERITY = "fails"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TYPE mood ADD VALUE 'calm'")
op.execute("UPDATE moods SET mood = 'calm' WHERE id = 1")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE mood ADD VALUE 'calm'")
""",
    """\
op.execute("UPDATE moods SET mood = 'calm' WHERE id = 1")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    added: dict[str, int] = {}
    types: dict[str, str] = {}
    for statement in step.statements:
        for act in statement.acts:
            if act.kind == "add enum value" and not statement.autocommit:
                added[act.text] = statement.transaction
                types[act.text] = act.name
        used = [
            value
            for value, transaction in added.items()
            if transaction == statement.transaction and value in statement.text
        ]
        if used and not any(act.kind == "add enum value" for act in statement.acts):
            yield Violation(
                f"the enum value {used[0]} is used before the transaction that adds it ends",
                "Add it in a revision of its own:\n"
                + autocommitted(execute(f"ALTER TYPE {sql(types[used[0]])} ADD VALUE {used[0]}")),
                statement,
            )
