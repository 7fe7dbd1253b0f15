from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.orm.naming import MAX_BYTES

NAMES = ("index_name", "constraint_name", "table_name", "new_table_name", "modify_name")
"""The attributes of Alembic's operations that are names."""


class LongIdentifier(Rule):
    """A name is longer than the database supports.

    PostgreSQL silently truncates it to 63 bytes, so that later statements do not find it. MySQL
    refuses it.
    """

    id = "long-identifier"
    severity = Severity.FAILS
    backends = ("postgresql", "mysql")
    bad = ('op.execute("ALTER TABLE items ADD COLUMN " + "long_" * 13 + " text")',)
    good = ('op.execute("ALTER TABLE items ADD COLUMN short text")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        names: list[tuple[Statement | None, int, str]] = [
            (statement, 0, name)
            for statement in run.statements
            for action in statement.actions
            for name in (action.name, action.table)
        ]
        for call in run.calls:
            for attribute in NAMES:
                name = str(getattr(call.operation, attribute, None) or "")
                names.append((None, call.line, name))
        reported = set()
        for statement, line, name in names:
            if name not in reported and len(name.rpartition(".")[2].encode()) > MAX_BYTES:
                reported.add(name)
                yield Violation(
                    f"the name {name} has more than {MAX_BYTES} bytes",
                    "Shorten it.",
                    statement,
                    line,
                )
