"""A type, sequence, function or extension is dropped.

Code, tables or other functions that use it fail.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql", "mysql")
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.execute("DROP SEQUENCE numbers")
""",
)
GOOD = (
    """\
op.execute("CREATE SEQUENCE more_numbers")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    kinds = ("type", "domain", "sequence", "function", "procedure", "extension", "attribute")
    made = step.names(*(f"create {kind}" for kind in kinds))
    renamed = {act.text for _, act in step.acts(*(f"rename {kind}" for kind in kinds))}
    for statement, act in step.acts(*(f"drop {kind}" for kind in kinds)):
        if act.name not in made | renamed:
            yield Violation(
                f"{act.kind.removeprefix('drop ')} {act.name} is dropped, and something may use it",
                "Acknowledge it when nothing uses it.",
                statement,
            )
