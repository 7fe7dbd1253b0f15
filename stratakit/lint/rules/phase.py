"""A revision says that running code goes on behind it, and takes away what such code uses.

`/ready` of that code believes it and answers 200: requests come, and fail.
"""

from collections.abc import Iterator

from stratakit.lint.rules import (
    drop_column,
    drop_table,
    drop_view,
    not_null_without_default,
    rename_column,
    rename_schema,
    rename_table,
)
from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.revisions import phases

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
CHANGE = """

def upgrade() -> None:
    # migrate: allow drop-column -- the model has it no more
    op.drop_column("items", "note")


def downgrade() -> None:
    op.add_column("items", sa.Column("note", sa.String(50)))
"""
BAD = ('phase = "expand"\n' + CHANGE,)
GOOD = ('phase = "contract"\n' + CHANGE,)
BREAK = (
    drop_column,
    drop_table,
    drop_view,
    not_null_without_default,
    rename_column,
    rename_schema,
    rename_table,
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if step.phase not in phases.COMPATIBLE:
        return
    for rule in BREAK:
        for danger in rule.find(step):
            yield Violation(
                f'phase = "{step.phase}" says that running code goes on, but {danger.what}',
                f'phase = "{phases.CONTRACT}"',
                danger.statement,
                danger.line,
            )
