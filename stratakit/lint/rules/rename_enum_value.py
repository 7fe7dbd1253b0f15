"""An enum value is renamed.

Code that still runs writes the old value, which is refused, and reads one that it does not know.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute, sql

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE mood ADD VALUE 'blue'")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("rename enum value"):
        if act.name not in step.made:
            yield Violation(
                f"the value {act.text} of {act.name} changes under code that still runs",
                autocommitted(
                    execute(f"ALTER TYPE {sql(act.name)} ADD VALUE {act.text.rpartition(' ')[2]}")
                )
                + "\n# then: code that knows both, the rows changed in batches",
                statement,
            )
