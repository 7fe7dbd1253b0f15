from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.sql.columns import type_of


class JsonColumn(Rule):
    """A column has the type json.

    The type has no equality, so that SELECT DISTINCT and UNION fail, and no index. jsonb has both.
    """

    id = "json-column"
    severity = Severity.STYLE
    backends = ("postgresql",)
    bad = ('op.add_column("items", sa.Column("extra", sa.JSON()))',)
    good = ('op.add_column("items", sa.Column("extra", sa.dialects.postgresql.JSONB()))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add column", "declare column", "alter type"):
            if type_of(action.text) == "json":
                yield Violation(
                    f"{action.table}.{action.name} is json, "
                    "on which DISTINCT, GROUP BY and UNION fail",
                    f'sa.Column("{action.name}", postgresql.JSONB())'
                    "  # from sqlalchemy.dialects import postgresql",
                    statement,
                )
