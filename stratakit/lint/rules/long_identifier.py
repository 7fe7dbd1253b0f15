"""A name is longer than the database keeps.

PostgreSQL cuts it off at 63 bytes without a word, and later nothing finds it; MySQL refuses it.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Statement, Step
from stratakit.lint.violation import Violation
from stratakit.orm.naming import MAX_BYTES

SEVERITY = "fails"
DATABASES = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.execute("ALTER TABLE items ADD COLUMN " + "long_" * 13 + " text")
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items ADD COLUMN short text")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    if not step.up:
        return
    names: list[tuple[Statement | None, int, str]] = [
        (statement, 0, name)
        for statement in step.statements
        for act in statement.acts
        for name in (act.name, act.table)
    ]
    for call in step.calls:
        for key in ("index_name", "constraint_name", "table_name", "new_table_name", "modify_name"):
            names.append((None, call.line, str(getattr(call.operation, key, None) or "")))
    told = set()
    for statement, line, name in names:
        if name not in told and len(name.rpartition(".")[2].encode()) > MAX_BYTES:
            told.add(name)
            yield Violation(
                f"the name {name} has more than {MAX_BYTES} bytes", "Shorten it.", statement, line
            )
