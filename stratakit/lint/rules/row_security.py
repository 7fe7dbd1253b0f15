import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

TURNED = re.compile(r"(ENABLE|DISABLE|(NO\s+)?FORCE)\s+ROW\s+LEVEL\s+SECURITY\b", re.IGNORECASE)

ADVICE = (
    "Create the policies first, deploy code that sets the values they use, and enable row "
    "security last. Then suppress this."
)


class RowSecurity(Rule):
    """Row security of a table in use is changed.

    From its next statement on, running code sees and writes other rows than before, or none.
    """

    id = "row-security"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = (
        'op.execute("ALTER TABLE items ENABLE ROW LEVEL SECURITY")',
        'op.execute("CREATE POLICY own ON items AS RESTRICTIVE USING (owner_id = 1)")',
    )
    good = (
        """
        op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.execute("CREATE POLICY every ON drafts USING (true)")
        op.execute("ALTER TABLE drafts ENABLE ROW LEVEL SECURITY")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("alter table"):
            if TURNED.match(action.text) and run.existed_before(action.table):
                yield Violation(
                    f"{action.text.lower()} of {action.table}, while code is running",
                    ADVICE,
                    statement,
                )
        created = run.names("create policy")
        for statement, action in run.actions("create policy", "drop policy", "alter policy"):
            is_own = action.kind != "create policy" and action.name in created
            is_harmless = action.kind == "create policy" and not action.has("RESTRICTIVE")
            if run.existed_before(action.table) and not is_harmless and not is_own:
                change = "restricts" if action.kind == "create policy" else "changes"
                yield Violation(
                    f"policy {action.name} {change} what running code sees of {action.table}",
                    ADVICE,
                    statement,
                )
