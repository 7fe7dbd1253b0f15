"""A downgrade destroys what was there before its revision.

Who undoes a bad deploy does not expect to lose data that the revision never made.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "loses data"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
BAD = (
    """\
def upgrade() -> None:
    op.add_column("items", sa.Column("colour", sa.String(20)))


def downgrade() -> None:
    op.drop_column("items", "note")
""",
)
GOOD = (
    """\
def upgrade() -> None:
    op.add_column("items", sa.Column("colour", sa.String(20)))


def downgrade() -> None:
    op.drop_column("items", "colour")
""",
)


def _schemas(step: Step) -> set[str]:
    return step.other.names("create schema") if step.other else set()


def _before(step: Step, table: str, column: str) -> str:
    """What a column was called before the upgrade."""
    renames = step.other.acts("rename column") if step.other else ()
    names = {(act.table, act.text): act.name for _, act in renames}
    return names.get((table, column), column)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if step.up:
        return
    for statement, act in step.acts("drop column", "drop table", "drop schema", "delete"):
        if act.kind == "drop column" and not step.old_column(
            act.table, _before(step, act.table, act.name)
        ):
            continue
        if act.kind == "drop schema" and act.name in _schemas(step):
            continue
        if act.kind == "delete" and act.has("WHERE"):
            continue
        if act.kind in ("drop table", "delete") and not step.old(act.table):
            continue
        gone = f"{act.table}.{act.name}" if act.kind == "drop column" else act.table or act.name
        yield Violation(
            f"the downgrade destroys {gone}, which was there before the revision",
            "Undo only what upgrade() does.",
            statement,
        )
