"""A table is renamed.

Code that still runs fails on its next statement, unless a view keeps the old name.
"""

from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.sql.acts import Act

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
    views = step.names("create view")
    for statement, act in step.acts("rename table", "set schema", "rename view"):
        if step.old(act.table) and act.table not in views:
            yield Danger(
                f"{act.table} is renamed to {act.text or 'another schema'} under code that "
                "still runs",
                _recipe(act),
                statement,
            )


def _recipe(act: Act) -> str:
    """The rename, and a view under the old name in the same transaction."""
    view, bare = "view" in act.kind, act.table.rpartition(".")[2]
    if act.kind == "set schema":
        change, new = f"ALTER TABLE {act.table} SET SCHEMA {act.text}", f"{act.text}.{bare}"
    else:
        change, new = (
            f"ALTER {'VIEW' if view else 'TABLE'} {act.table} RENAME TO {act.text}",
            act.text,
        )
    return f'op.execute("{change}")\nop.execute("CREATE VIEW {act.table} AS SELECT * FROM {new}")'
