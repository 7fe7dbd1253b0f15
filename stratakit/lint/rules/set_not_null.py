"""A column is made NOT NULL.

PostgreSQL reads the whole table under an ACCESS EXCLUSIVE lock, unless a validated CHECK proves
that there is no NULL. Elsewhere, running code that still writes NULL fails.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Statement, Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, execute, operation, sql, validate
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import first_name

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.alter_column("items", "note", nullable=False)
""",
)
GOOD = (
    """\
op.execute("ALTER TABLE items ADD CONSTRAINT note_given CHECK (note IS NOT NULL) NOT VALID")
""",
    """\
op.execute("ALTER TABLE items VALIDATE CONSTRAINT note_given")
""",
    """\
op.alter_column("items", "note", nullable=False)
op.drop_constraint("note_given", "items")
""",
)


def recipe(table: str, column: str, backend: str, version: int) -> str:
    """The steps that make a column NOT NULL while it is used."""
    if backend != "postgresql":
        return f"Deploy code that writes {column}, fill old rows in batches, then acknowledge this."
    name = f"{column}_given"
    never = f"NOT NULL {sql(column)}" if version >= 18 else f"CHECK ({sql(column)} IS NOT NULL)"
    forbidden = execute(f"ALTER TABLE {sql(table)} ADD CONSTRAINT {sql(name)} {never} NOT VALID")
    lines = [validate(table, name)]
    if version < 18:
        lines += [
            operation("alter_column", table, f'"{column}"', "nullable=False"),
            operation("drop_constraint", table, of=f'"{name}"'),
        ]
    return forbidden + NEXT + "\n".join(lines)


def _new(statement: Statement, act: Action, column: str) -> bool:
    """Whether the column was nullable before."""
    known = statement.before.get(act.table)
    if act.kind == "modify column" and "NOT NULL" not in act.flags:
        return False
    return known is None or column not in known.columns or not known.columns[column].not_null


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    proven: set[str] = set()
    for statement in step.statements:
        for act in statement.acts:
            if act.kind == "validate constraint":
                proven.add(act.table)
            if act.kind not in ("set not null", "add not null", "modify column"):
                continue
            if not step.old(act.table) or "NOT VALID" in act.flags:
                continue
            column = act.name if act.kind != "add not null" else first_name(act.text)
            if not step.old_column(act.table, column) or not _new(statement, act, column):
                continue
            if step.backend == "postgresql" and (
                not statement.scanned and not statement.error
                if step.observed
                else act.table in proven
            ):
                continue
            yield Violation(
                f"{act.table}.{column} is made NOT NULL"
                + (" while nothing can use the table" if step.backend == "postgresql" else ""),
                recipe(act.table, column, step.backend, step.version),
                statement,
            )
