from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import default_name, execute, key_by_index, quote_name
from stratakit.sql.action import Action
from stratakit.sql.indexes import IndexDefinition, columns_in, parse_index


class UniqueConstraint(Rule):
    """A unique constraint is added to a table with rows.

    Its index is built under a lock that blocks all traffic, and existing duplicates make it fail.
    """

    id = "unique-constraint"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    reasons: ClassVar[Mapping[Backend, str]] = {"sqlite": "Existing duplicates make it fail."}
    bad = ('op.create_unique_constraint("uq_items_note", "items", ["note"])',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.create_index(
                "uq_items_note", "items", ["note"], unique=True, postgresql_concurrently=True
            )
        """,
        """
        op.execute(
            "ALTER TABLE items ADD CONSTRAINT uq_items_note UNIQUE USING INDEX uq_items_note"
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        cleaned = {action.table for _, action in run.actions("delete")}
        for statement, action in run.actions("add unique", "add column", "create index"):
            is_unique = action.kind == "add unique" or "UNIQUE" in action.flags
            if (
                not is_unique
                or "USING INDEX" in action.flags
                or not run.existed_before(action.table)
            ):
                continue
            on = parse_index(action.text)
            name = action.name or default_name("uq", action.table)
            if action.kind == "add column":
                name = default_name("uq", action.table, action.name)
                on = IndexDefinition((f'"{action.name}"',))
            message = f"unique constraint {name} on {action.table}: duplicates make it fail"
            if run.backend == "postgresql":
                if action.kind == "create index":
                    continue
                message += ", and its index is built while nothing can use the table"
                suggestion = key_by_index("UNIQUE", name, action.table, on)
            else:
                if action.table in cleaned or not _can_hold_duplicates(run, action):
                    continue
                table = quote_name(action.table, run.backend)
                suggestion = execute(f"DELETE FROM {table} WHERE ...") + "  # duplicates first"
            yield Violation(message, suggestion, statement)


def _can_hold_duplicates(run: RevisionRun, action: Action) -> bool:
    """Return whether rows can hold the same values already: a column that is new holds NULL."""
    if action.kind == "add column":
        return False
    return all(run.column_existed_before(action.table, name) for name in columns_in(action.text))
