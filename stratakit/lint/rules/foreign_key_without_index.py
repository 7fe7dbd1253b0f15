"""A foreign key has no index behind it.

Each delete or change of the row referred to reads the whole table, under a lock.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, create_index, named, operation
from stratakit.sql.indexes import IndexDefinition, columns_in

SEVERITY = "style"
DATABASES = (
    "postgresql",
    "sqlite",
)
BAD = (
    """\
op.create_table(
    "parts",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("items.id", name="fk_parts_item")),
)
""",
)
GOOD = (
    """\
op.create_table(
    "parts",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("items.id", name="fk_parts_item")),
)
op.create_index("ix_parts_item_id", "parts", ["item_id"])
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    indexed = {
        (act.table, column)
        for _, act in step.acts(
            "create index",
            "declare primary key",
            "declare unique",
            "add unique",
            "add primary key",
        )
        for column in columns_in(act.text)[:1]
    }
    for statement, act in step.acts(
        "add foreign key", "declare foreign key", "add column", "declare column"
    ):
        if "column" in act.kind and "REFERENCES" not in act.flags:
            if (act.table, act.name) not in indexed and act.flags & {"PRIMARY KEY", "UNIQUE"}:
                indexed.add((act.table, act.name))
            continue
        column = act.name if "column" in act.kind else next(iter(columns_in(act.text)), "")
        if "column" in act.kind and act.flags & {"PRIMARY KEY", "UNIQUE"}:
            continue
        known = statement.before.get(act.table)
        behind = (
            {(act.table, index.columns[0]) for index in known.indexes.values() if index.columns}
            if known
            else set()
        )
        if column and (act.table, column) not in indexed | behind:
            name, on = named("ix", act.table, column), IndexDefinition((f'"{column}"',))
            yield Violation(
                f"{act.table}.{column} refers to another table and has no index",
                autocommitted(create_index(name, act.table, on))
                if step.backend == "postgresql" and step.old(act.table)
                else operation("create_index", act.table, on.column_list, of=f'"{name}"'),
                statement,
            )
