"""A table is renamed.

Code that still runs fails on its next statement, unless a view keeps the old name.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = (
    "postgresql",
    "sqlite",
)
BAD = (
    """\
op.rename_table("tags", "labels")
""",
)
GOOD = (
    """\
op.rename_table("tags", "labels")
op.execute("CREATE VIEW tags AS SELECT * FROM labels")
""",
)


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    views = {act.name for _, act in step.acts("create view")}
    for statement, act in step.acts("rename table", "set schema", "rename view"):
        if step.old(act.table) and act.table not in views:
            yield Danger(
                f"{act.table} is renamed to {act.text or 'another schema'} under code that "
                "still runs",
                f'op.rename_table("{act.table}", "{act.text or "..."}")\n'
                f'op.execute("CREATE VIEW {act.table} AS SELECT * FROM {act.text or "..."}")',
                statement,
            )
