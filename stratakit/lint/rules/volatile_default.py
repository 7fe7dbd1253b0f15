from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation
from stratakit.sql.columns import default_of
from stratakit.sql.tokenizer import as_python
from stratakit.sql.types import VOLATILE


class VolatileDefault(Rule):
    """A column is added with a default that differs for each row.

    PostgreSQL has to rewrite every row, while nothing can use the table. A constant and now()
    rewrite nothing.
    """

    id = "volatile-default"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.add_column(
            "items", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()"))
        )
        """,
    )
    good = (
        """
        op.add_column("items", sa.Column("token", sa.Uuid()))
        op.alter_column("items", "token", server_default=sa.text("gen_random_uuid()"))
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add column"):
            default = default_of(action.text) or ""
            if (
                not default
                or not run.existed_before(action.table)
                or action.flags & {"SERIAL", "IDENTITY"}
            ):
                continue
            is_volatile = bool(VOLATILE.search(default))
            is_rewritten = run.is_observed and action.table in statement.rewritten_tables
            if is_volatile or is_rewritten:
                yield Violation(
                    f"{action.table}.{action.name} is added with {default}, "
                    "which rewrites every row of the table",
                    operation("add_column", action.table, f'sa.Column("{action.name}", ...)')
                    + "\n"
                    + operation(
                        "alter_column",
                        action.table,
                        f'"{action.name}"',
                        f"server_default=sa.text({as_python(default)})",
                    )
                    + "\n# and in the next revision fill the old rows in batches",
                    statement,
                )
