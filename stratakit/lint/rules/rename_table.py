"""A table is renamed.

Code that still runs fails on its next statement, unless a view keeps the old name.
"""

from collections.abc import Iterator

from stratakit.config import Backend
from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, sql
from stratakit.sql.action import Action

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


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    views = step.names("create view")
    for statement, act in step.acts("rename table", "set schema", "rename view"):
        if step.old(act.table) and act.table not in views:
            yield Violation(
                f"{act.table} is renamed to {act.text or 'another schema'} under code that "
                "still runs",
                _recipe(act, step.backend),
                statement,
            )


def _recipe(act: Action, backend: Backend) -> str:
    """The rename, and a view under the old name in the same transaction."""
    schema, _, bare = act.table.rpartition(".")
    old = sql(act.table, backend)
    if act.kind == "set schema":
        change, new = f"SET SCHEMA {sql(act.text)}", f"{act.text}.{bare}"
    else:
        change = f"RENAME TO {sql(act.text, backend)}"
        new = f"{schema}.{act.text}" if schema and "." not in act.text else act.text
    return "\n".join(
        (
            execute(f"ALTER {'VIEW' if 'view' in act.kind else 'TABLE'} {old} {change}"),
            execute(f"CREATE VIEW {old} AS SELECT * FROM {sql(new, backend)}"),
        )
    )
