"""A primary key is added to a table with rows.

Its index is built, and the columns are searched for NULL, while nothing can use the table.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import key_by_index, named
from stratakit.sql.indexes import IndexDefinition, parse_index

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.create_primary_key("pk_tags", "tags", ["id"])
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.create_index("pk_tags", "tags", ["id"], unique=True, postgresql_concurrently=True)
""",
    """\
op.execute("ALTER TABLE tags ADD CONSTRAINT pk_tags PRIMARY KEY USING INDEX pk_tags")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add primary key", "add column"):
        if act.kind == "add column" and "PRIMARY KEY" not in act.flags:
            continue
        if "USING INDEX" not in act.flags and step.old(act.table):
            column = act.kind == "add column"
            on = IndexDefinition((f'"{act.name}"',)) if column else parse_index(act.text)
            name = act.name if act.name and not column else named("pk", act.table)
            yield Violation(
                f"primary key of {act.table} is built while nothing can use the table",
                key_by_index("PRIMARY KEY", name, act.table, on),
                statement,
            )
