"""A schema is renamed.

Code that still runs fails on its next statement.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER SCHEMA archive RENAME TO attic")
""",
)
GOOD = (
    """\
op.execute("CREATE SCHEMA attic")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts(
        "rename schema",
        "rename sequence",
        "rename type",
        "rename domain",
        "rename function",
        "rename procedure",
        "rename attribute",
    ):
        swapped = act.kind == "rename type" and act.name in step.names("create type")
        if not swapped:
            yield Violation(
                f"{act.kind.removeprefix('rename ')} {act.name} is renamed under code that "
                "still runs",
                "Make a new one beside it, move what uses it, drop the old one later.",
                statement,
            )
