"""A downgrade leaves something behind.

After it, the upgrade fails: who went back cannot go forward again.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "cannot go back"
DATABASES = (
    "postgresql",
    "sqlite",
)
DOWNGRADE = True
BAD = (
    """\
def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    op.drop_table("drafts")
""",
)
GOOD = (
    """\
def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    op.drop_table("labels")
    op.drop_table("drafts")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    # An index that became a constraint goes with it: it was another revision's.
    up = step.other.statements if step.other else []
    used = any("USING INDEX" in act.flags for statement in up for act in statement.acts)
    if step.left and step.statements and not used:
        yield Violation(
            f"behind the downgrade, the upgrade fails: {step.left}",
            "Undo in downgrade() all that upgrade() makes; with a table, the types of its columns: "
            'op.execute("DROP TYPE ...")',
            line=step.statements[0].line,
        )
