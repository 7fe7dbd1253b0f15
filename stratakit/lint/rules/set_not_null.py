from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, execute, operation, quote_name, validate
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import first_name


class SetNotNull(Rule):
    """A column is set NOT NULL.

    PostgreSQL scans the whole table under an ACCESS EXCLUSIVE lock, unless a validated CHECK proves
    that there is no NULL. On other databases, running code that still writes NULL fails.
    """

    id = "set-not-null"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "Running code that still writes NULL fails."
    }
    bad = ('op.alter_column("items", "note", nullable=False)',)
    good = (
        """
        op.execute("ALTER TABLE items ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID")
        """,
        'op.execute("ALTER TABLE items VALIDATE CONSTRAINT note_set")',
        """
        op.alter_column("items", "note", nullable=False)
        op.drop_constraint("note_set", "items")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        proven: set[str] = set()
        for statement in run.statements:
            for action in statement.actions:
                if action.kind == "validate constraint":
                    proven.add(action.table)
                if action.kind not in ("set not null", "add not null", "modify column"):
                    continue
                if not run.existed_before(action.table) or "NOT VALID" in action.flags:
                    continue
                column = action.name if action.kind != "add not null" else first_name(action.text)
                if not run.column_existed_before(action.table, column):
                    continue
                if not _was_nullable(statement, action, column):
                    continue
                if run.backend == "postgresql" and (
                    not statement.scanned_tables and not statement.error
                    if run.is_observed
                    else action.table in proven
                ):
                    continue
                yield Violation(
                    f"{action.table}.{column} is made NOT NULL"
                    + (" while nothing can use the table" if run.backend == "postgresql" else ""),
                    _suggestion(action.table, column, run.backend, run.server_version),
                    statement,
                )


def _suggestion(table: str, column: str, backend: Backend, version: int) -> str:
    """Suggest the steps that make a column NOT NULL while it is used."""
    if backend != "postgresql":
        return f"Deploy code that writes {column}, fill old rows in batches, then suppress this."
    name = f"{column}_given"
    check = (
        f"NOT NULL {quote_name(column)}"
        if version >= 18
        else f"CHECK ({quote_name(column)} IS NOT NULL)"
    )
    added = execute(
        f"ALTER TABLE {quote_name(table)} ADD CONSTRAINT {quote_name(name)} {check} NOT VALID"
    )
    lines = [validate(table, name)]
    if version < 18:
        lines += [
            operation("alter_column", table, f'"{column}"', "nullable=False"),
            operation("drop_constraint", table, name=f'"{name}"'),
        ]
    return added + NEXT + "\n".join(lines)


def _was_nullable(statement: Statement, action: Action, column: str) -> bool:
    """Return whether a column was nullable before."""
    if action.kind == "modify column" and "NOT NULL" not in action.flags:
        return False
    known = statement.column_before(replace(action, name=column))
    return known is None or not known.not_null
