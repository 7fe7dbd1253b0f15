"""A trigger is put on a table that is used, or taken from it.

It stops writes while it waits for its lock, and from then on every write of the running code does
something else than it was written for.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = ("postgresql",)
BAD = (
    """\
op.execute(
    "CREATE TRIGGER t BEFORE UPDATE ON items "
    "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
)
""",
)
GOOD = (
    """\
op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute(
    "CREATE TRIGGER t BEFORE UPDATE ON drafts "
    "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
)
""",
)


TURNED = re.compile(r"(ENABLE|DISABLE)\s+(REPLICA\s+|ALWAYS\s+)?(TRIGGER|RULE)\b", re.IGNORECASE)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("alter table"):
        if TURNED.match(act.text) and step.old(act.table):
            yield Violation(
                f"{act.text.lower()} of {act.table}: until it is turned back, writes do what they "
                "did not do before",
                "Change the rows in batches with the triggers on, or let the trigger itself look "
                "at a setting of the session.",
                statement,
            )
    made = step.names("create trigger", "create rule")
    for statement, act in step.acts("drop trigger", "drop rule"):
        if act.name not in made and (not act.table or step.old(act.table)):
            yield Violation(
                f"{act.kind.removeprefix('drop ')} {act.name} is dropped: writes no longer do what "
                "it did",
                "Acknowledge it when no running code relies on it.",
                statement,
            )
    # SQLite loses them where it recreates a table: they are made again.
    recreated = {act.table for _, act in step.acts("recreate table")}
    for statement, act in step.acts("create trigger", "create rule"):
        if step.old(act.table) and act.table not in recreated:
            yield Violation(
                f"{act.kind.removeprefix('create ')} {act.name} changes what every write to "
                f"{act.table} does",
                "Do it in the application, or deploy code that expects the trigger, then "
                "acknowledge this.",
                statement,
            )
