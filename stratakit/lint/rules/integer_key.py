"""A key has 32 bits.

It ends at 2,147,483,647 rows ever inserted; a change then rewrites the table and all that refers.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.sql.columns import referenced_table
from stratakit.sql.indexes import columns_in, parse_index

SEVERITY = "style"
DATABASES = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.create_table("labels", sa.Column("id", sa.Integer(), primary_key=True))
""",
)
GOOD = (
    """\
op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))
""",
)

SMALL = re.compile(r"(int|int4|integer|smallint|int2|serial|serial4|smallserial|mediumint)\b", re.I)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    keys = {
        (act.table, column)
        for _, act in step.acts("declare primary key")
        for column in columns_in(act.text)
    }
    for statement, act in step.acts("declare column", "add column"):
        key = "PRIMARY KEY" in act.flags or (act.table, act.name) in keys
        if key and SMALL.match(act.text):
            yield Violation(
                f"the key {act.table}.{act.name} is {act.text.split(' ')[0].lower()}, which "
                "ends at 2,147,483,647 or before",
                f'In the revision: sa.Column("{act.name}", sa.BigInteger(), ...)\n'
                f"In the model: {act.name}: Mapped[int] = mapped_column(BigInteger(), ...), or "
                "Mapped[Key], where app/database.py has it",
                statement,
            )
    yield from _referring(step)


def _referring(step: Step) -> Iterator[Violation]:
    """Columns that refer to a key of 64 bits, and have 32."""
    columns = {
        (act.table, act.name): act.text for _, act in step.acts("declare column", "add column")
    }
    kinds = ("declare foreign key", "add foreign key", "declare column", "add column")
    for statement, act in step.acts(*kinds):
        table, known = statement.before.get(referenced_table(act)), statement.before.get(act.table)
        if table is None:
            continue
        own, _, other = re.split(r"\b(REFERENCES)\b", act.text, maxsplit=1, flags=re.I)
        name = act.name if "column" in act.kind else parse_index(own).column_list.strip('[]"')
        target = parse_index(other).column_list.strip('[]"')
        key = table.columns.get(target if target != "..." else "id")
        old = known.columns.get(name) if known else None
        type_ = columns.get((act.table, name)) or (old.type if old else "")
        if key is not None and key.type.startswith("bigint") and SMALL.match(type_):
            yield Violation(
                f"{act.table}.{name} is {type_.split(' ')[0].lower()}, and {table.name}, which it "
                "refers to, goes further",
                f'sa.Column("{name}", sa.BigInteger(), ...)',
                statement,
            )
