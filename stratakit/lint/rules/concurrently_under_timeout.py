"""CONCURRENTLY runs under a timeout.

It waits for every older transaction. A timeout ends it and leaves an INVALID index, which costs
writes, serves no read, and is taken for the real one by IF NOT EXISTS.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted

SEVERITY = "cannot go back"
DATABASES = ("postgresql",)
BAD = (
    """\
with op.get_context().autocommit_block():
    op.execute("SET lock_timeout = '2s'")
    op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("SET lock_timeout = 0")
    op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    timeouts: dict[str, bool] = {}
    for statement in step.statements:
        for act in statement.acts:
            if act.kind == "set" and act.name in ("lock_timeout", "statement_timeout"):
                digits = "".join(letter for letter in act.text if letter.isdigit())
                timeouts[act.name] = bool(digits.strip("0"))
            if "CONCURRENTLY" not in act.flags:
                continue
            seen = statement.lock_timeout or statement.statement_timeout
            if seen if step.observed else any(timeouts.values()):
                yield Violation(
                    f"{act.kind} {act.name} CONCURRENTLY runs under a timeout, which leaves it "
                    "INVALID",
                    autocommitted(
                        'op.execute("SET lock_timeout = 0")',
                        'op.execute("SET statement_timeout = 0")',
                        "...",
                    ),
                    statement,
                )
