from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import quote_name
from stratakit.sql.columns import type_of
from stratakit.sql.types import is_narrower


class NarrowType(Rule):
    """A column gets a narrower type.

    A value that does not fit makes the revision fail, or is truncated. Running code may still write
    such values.
    """

    id = "narrow-type"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "mysql")
    bad = (
        """
        op.alter_column(
            "items",
            "name",
            existing_type=sa.String(200),
            existing_nullable=False,
            type_=sa.String(20),
        )
        """,
    )
    good = (
        """
        op.alter_column(
            "items",
            "name",
            existing_type=sa.String(200),
            existing_nullable=False,
            type_=sa.String(250),
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("alter type", "modify column"):
            column = statement.column_before(action)
            if (
                column is not None
                and run.existed_before(action.table)
                and is_narrower(column.type, type_of(action.text))
            ):
                yield Violation(
                    f"{action.table}.{action.name} is {column.type} "
                    f"and becomes {type_of(action.text)}, which holds less",
                    "Find the values that do not fit, and shorten them in a revision "
                    "before this one:\n"
                    f"SELECT * FROM {quote_name(action.table, run.backend)} "
                    f"WHERE length({quote_name(action.name, run.backend)}) > ...",
                    statement,
                )
