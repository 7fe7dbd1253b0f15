"""Something stands before CONCURRENTLY in one revision.

What was done before is committed without the version, so that a failure of the index leaves a
revision that is half applied and fails when it is run again.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted

SEVERITY = "cannot go back"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
with op.get_context().autocommit_block():
    op.create_index("ix_items_colour", "items", ["colour"], postgresql_concurrently=True)
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
    """\
with op.get_context().autocommit_block():
    op.create_index("ix_items_colour", "items", ["colour"], postgresql_concurrently=True)
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    before: list[str] = []
    for statement in step.statements:
        for act in statement.acts:
            if "CONCURRENTLY" in act.flags and act.kind == "create index":
                if before:
                    yield Violation(
                        f"index {act.name} is built CONCURRENTLY behind other changes "
                        f"({before[0]}), "
                        "which stay if it fails",
                        "Make it a revision of its own:\n" + autocommitted("op.create_index(...)"),
                        statement,
                    )
                return
            if act.kind not in ("select", "set", "show") and "CONCURRENTLY" not in act.flags:
                before.append(f"{act.kind} {act.table}".strip())
