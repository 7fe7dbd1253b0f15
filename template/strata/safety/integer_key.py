"""A key has 32 bits.

It ends at 2,147,483,647 rows ever inserted; a change then rewrites the table and all that refers.
"""

import re
from collections.abc import Iterator

from strata.observe.record import Danger, Step

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


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    keys = {
        (act.table, column.strip(' "`').lower())
        for _, act in step.acts("declare primary key")
        for column in act.text.partition("(")[2].partition(")")[0].split(",")
    }
    for statement, act in step.acts("declare column", "add column"):
        key = "PRIMARY KEY" in act.flags or (act.table, act.name.lower()) in keys
        if key and SMALL.match(act.text):
            yield Danger(
                f"the key {act.table}.{act.name} is {act.text.split(' ')[0].lower()}, which "
                "ends at 2,147,483,647 or before",
                f'In the revision: sa.Column("{act.name}", sa.BigInteger(), ...)\n'
                f"In the model: {act.name}: Mapped[int] = mapped_column(BigInteger(), ...), or "
                "Mapped[Key] where strata.database has it",
                statement,
            )
