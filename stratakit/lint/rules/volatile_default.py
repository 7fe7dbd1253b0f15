"""A column is added with a default that differs from row to row.

PostgreSQL has to write every row, while nothing can use the table. A constant and now() are free.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation
from stratakit.sql.columns import default_of
from stratakit.sql.tokenizer import as_python
from stratakit.sql.types import VOLATILE

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.add_column("items", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("token", sa.Uuid()))
op.alter_column("items", "token", server_default=sa.text("gen_random_uuid()"))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add column"):
        default = default_of(act.text) or ""
        if not default or not step.old(act.table) or act.flags & {"SERIAL", "IDENTITY"}:
            continue
        volatile = bool(VOLATILE.search(default))
        if act.table in statement.rewritten if step.observed and not volatile else volatile:
            yield Violation(
                f"{act.table}.{act.name} is added with {default}, which writes every row of the "
                "table",
                operation("add_column", act.table, f'sa.Column("{act.name}", ...)')
                + "\n"
                + operation(
                    "alter_column",
                    act.table,
                    f'"{act.name}"',
                    f"server_default=sa.text({as_python(default)})",
                )
                + "\n# and in the next revision fill the old rows in batches",
                statement,
            )
