"""A constraint has no name of its own.

Each database names it in its way, so that no later revision can address it on all of them.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "style"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items ADD CHECK (price >= 0) NOT VALID")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT ck_price CHECK (price >= 0) NOT VALID")
""",
)

NAME = 'Give it a name: "ck_table_what_it_says"'


def _table(operation: object) -> str:
    return getattr(operation, "table_name", "") or getattr(operation, "source_table", "")


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if not step.up:
        return
    found = set()
    for call in step.calls:
        operation = call.operation
        kind = type(operation).__name__
        if (
            (kind.startswith("Create") and kind.endswith("ConstraintOp"))
            or kind == "CreateForeignKeyOp"
        ) and operation.constraint_name is None:
            found.add(call.line)
            yield Violation(
                f"a constraint of {_table(operation)} has no name", NAME, line=call.line
            )
    for statement, act in step.acts("add unique", "add check", "add foreign key", "add exclude"):
        if not act.name and statement.line not in found:
            yield Violation(f"a constraint of {act.table} has no name", NAME, statement)
