"""A foreign key has no index behind it.

Each delete or change of the row referred to reads the whole table, under a lock.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.recipes import autocommitted
from strata.sql.acts import Act

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


def _first(act: Act) -> list[str]:
    """The first column that an index or a key names."""
    inside = act.text.partition("(")[2].partition(")")[0]
    return [inside.split(",")[0].strip().split(" ")[0].strip('"`').lower()] if inside else []


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    indexed = {
        (act.table, column) for _, act in step.acts("create index") for column in _first(act)
    }
    indexed |= {
        (act.table, column)
        for _, act in step.acts(
            "declare primary key", "declare unique", "add unique", "add primary key"
        )
        for column in _first(act)
    }
    for statement, act in step.acts(
        "add foreign key", "declare foreign key", "add column", "declare column"
    ):
        if "column" in act.kind and "REFERENCES" not in act.flags:
            if (act.table, act.name) not in indexed and act.flags & {"PRIMARY KEY", "UNIQUE"}:
                indexed.add((act.table, act.name))
            continue
        column = act.name if "column" in act.kind else next(iter(_first(act)), "")
        if "column" in act.kind and act.flags & {"PRIMARY KEY", "UNIQUE"}:
            continue
        known = statement.before.get(act.table)
        behind = (
            {(act.table, index.columns[0]) for index in known.indexes.values() if index.columns}
            if known
            else set()
        )
        if column and (act.table, column) not in indexed | behind:
            yield Danger(
                f"{act.table}.{column} refers to another table and has no index",
                autocommitted(
                    f'op.create_index("ix_{act.table}_{column}", "{act.table}", ["{column}"], '
                    "postgresql_concurrently=True)"
                )
                if step.family == "postgresql" and step.old(act.table)
                else f'op.create_index("ix_{act.table}_{column}", "{act.table}", ["{column}"])',
                statement,
            )
