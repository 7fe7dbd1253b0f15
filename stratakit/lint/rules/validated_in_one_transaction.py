"""A constraint is added NOT VALID and validated in one transaction.

The lock of ADD CONSTRAINT is held until the end, so that all rows are read under it after all.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import validate

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT ck_note CHECK (note <> '') NOT VALID")
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_note")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT ck_note CHECK (note <> '') NOT VALID")
""",
    """\
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_note")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    added: dict[tuple[str, str, int], int] = {}
    for statement in step.statements:
        for act in statement.acts:
            key = (act.table, act.name, statement.transaction)
            if act.kind.startswith("add ") and "NOT VALID" in act.flags:
                added[key] = statement.line
            if act.kind != "validate constraint" or statement.autocommit:
                continue
            if key in added and step.old(act.table):
                yield Violation(
                    f"{act.name} of {act.table} is validated under the lock that added it",
                    "In the next revision:\n" + validate(act.table, act.name),
                    statement,
                )
