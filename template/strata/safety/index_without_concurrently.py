"""An index is built while every write to its table waits.

CREATE INDEX holds a SHARE lock until the whole table is read and sorted.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.recipes import autocommitted

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.create_index("ix_items_note", "items", ["note"])
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
""",
)


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("create index"):
        if "CONCURRENTLY" not in act.flags and step.old(act.table):
            columns = act.text.partition("(")[2].partition(")")[0].replace(" ", "")
            listed = ", ".join(f'"{column}"' for column in columns.split(",")) or "..."
            unique = ", unique=True" if "UNIQUE" in act.flags else ""
            yield Danger(
                f"index {act.name} on {act.table} is built while no row of {act.table} can be "
                "written",
                autocommitted(
                    f'op.create_index("{act.name}", "{act.table}", [{listed}]{unique}, '
                    "postgresql_concurrently=True)"
                ),
                statement,
            )
