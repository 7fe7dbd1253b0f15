"""A table that is used is written anew.

Nothing can use it until the last row is copied.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
DOWNGRADE = True
LAST_RESORT = True
BAD = (
    """\
def upgrade() -> None:
    op.alter_column("items", "note", type_=sa.String(500))


def downgrade() -> None:
    op.alter_column("items", "quantity", type_=sa.BigInteger())
""",
)
GOOD = (
    """\
def upgrade() -> None:
    op.alter_column("items", "note", type_=sa.String(500))


irreversible = "it would rewrite the table"


def downgrade() -> None:
    raise NotImplementedError(irreversible)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement in step.statements:
        for table in statement.rewritten:
            yield Violation(
                f"the {step.direction} writes {table} anew while nothing can use it",
                "Add what is needed beside it, and copy in batches; or say that it cannot go "
                "back:\n"
                'irreversible = "it would rewrite the table"',
                statement,
            )
