"""A revision changes the schema more than once.

MySQL and MariaDB commit each change at once: if the second fails, the first stays, and the
revision can neither be run again nor undone.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "cannot go back"
DATABASES = ("mysql",)
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.add_column("owners", sa.Column("colour", sa.String(20)))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
    """\
op.add_column("owners", sa.Column("colour", sa.String(20)))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    changing = [
        (statement, act)
        for statement in step.statements
        for act in statement.acts[:1]
        if act.kind.startswith(
            ("add ", "alter ", "create ", "drop ", "rename ", "modify ", "truncate")
        )
        and (act.kind == "create table" or step.old(act.table))
    ]
    if step.up and len(changing) > 1:
        statement, act = changing[1]
        yield Violation(
            f"{len(changing)} changes of the schema in one revision: if {act.kind} {act.table} "
            "fails, "
            "what came before stays",
            "Make a revision of each, or one ALTER TABLE of all.",
            statement,
        )
