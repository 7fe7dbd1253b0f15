import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

TURNED = re.compile(r"(ENABLE|DISABLE)\s+(REPLICA\s+|ALWAYS\s+)?(TRIGGER|RULE)\b", re.IGNORECASE)


class Trigger(Rule):
    """A trigger is added to a table in use, or dropped.

    It blocks writes while it waits for its lock. Afterwards every write of running code has another
    effect.
    """

    id = "trigger"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "Afterwards every write of running code has another effect."
    }
    bad = (
        """
        op.execute(
            "CREATE TRIGGER t BEFORE UPDATE ON items "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
        """,
    )
    good = (
        """
        op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.execute(
            "CREATE TRIGGER t BEFORE UPDATE ON drafts "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("alter table"):
            if TURNED.match(action.text) and run.existed_before(action.table):
                yield Violation(
                    f"{action.text.lower()} of {action.table}: until it is reverted, writes have "
                    "another effect",
                    "Change the rows in batches with the triggers on, "
                    "or let the trigger check a setting of the session.",
                    statement,
                )
        created = run.names("create trigger", "create rule")
        for statement, action in run.actions("drop trigger", "drop rule"):
            if action.name not in created and (
                not action.table or run.existed_before(action.table)
            ):
                yield Violation(
                    f"{action.kind.removeprefix('drop ')} {action.name} is dropped: "
                    "writes no longer have its effect",
                    "Suppress this when no running code relies on it.",
                    statement,
                )
        # SQLite drops them when it recreates a table: they are created again.
        recreated = {action.table for _, action in run.actions("recreate table")}
        for statement, action in run.actions("create trigger", "create rule"):
            if run.existed_before(action.table) and action.table not in recreated:
                yield Violation(
                    f"{action.kind.removeprefix('create ')} {action.name} changes the effect of "
                    f"every write to {action.table}",
                    "Do it in the application, or deploy code that expects the trigger, "
                    "then suppress this.",
                    statement,
                )
