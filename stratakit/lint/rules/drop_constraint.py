import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.relation import Constraint, Table
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class DropConstraint(Rule):
    """A constraint is dropped.

    Running code relies on it, and rows that violate it cannot be identified later.
    """

    id = "drop-constraint"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "sqlite")
    bad = (
        """
        with op.batch_alter_table("items") as batch_op:
            batch_op.drop_constraint("uq_items_name", type_="unique")
        """,
    )
    good = ('op.add_column("items", sa.Column("nickname", sa.String(20)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        unique_again = {
            action.table for _, action in run.actions("create index") if "UNIQUE" in action.flags
        }
        for statement, action in run.actions("drop constraint", "drop index"):
            if not run.existed_before(action.table) or action.table in run.dropped:
                continue
            tables = statement.tables_before
            known = tables.get(action.table) or tables.get(action.name)
            table = action.table or (known.parent if known else "")
            is_constraint = (
                _is_unique_index(run, known, action.name)
                and table not in unique_again
                and run.existed_before(table)
            )
            if action.kind == "drop index" and not is_constraint:
                continue
            constraint = known.constraints.get(action.name) if known else None
            if run.backend == "postgresql" and constraint is None and run.is_observed:
                continue
            if constraint and (
                (constraint.kind == "f" and run.backend == "postgresql")
                or _is_implied(run, action.table, constraint)
            ):
                continue
            yield Violation(
                f"constraint {action.name} of {table} is dropped, and rows that it refused "
                "become possible",
                "Suppress this when no running code relies on it.",
                statement,
            )


def _is_implied(run: RevisionRun, table: str, constraint: Constraint) -> bool:
    """Return whether a constraint is the proof of a NOT NULL, which refuses the same."""
    match = re.match(r"CHECK \(+\"?(\w+)\"? IS NOT NULL\)+", constraint.text)
    if not match:
        return False
    known = run.tables_before.get(table)
    column = known.columns.get(match[1]) if known else None
    is_set_here = any(action.name == match[1] for _, action in run.actions("set not null"))
    return is_set_here or (column is not None and column.not_null)


def _is_unique_index(run: RevisionRun, table: Table | None, index: str) -> bool:
    """Return whether an index is unique, which on MySQL and SQLite is a constraint."""
    known = table.indexes.get(index) if table and run.backend != "postgresql" else None
    return known is not None and known.unique
