"""Row security of a table in use is changed.

Running code sees and writes other rows than before from its next statement on, or none.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TABLE items ENABLE ROW LEVEL SECURITY")
""",
    """\
op.execute("CREATE POLICY own ON items AS RESTRICTIVE USING (owner_id = 1)")
""",
)
GOOD = (
    """\
op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute("CREATE POLICY every ON drafts USING (true)")
op.execute("ALTER TABLE drafts ENABLE ROW LEVEL SECURITY")
""",
)
TURNED = re.compile(r"(ENABLE|DISABLE|(NO\s+)?FORCE)\s+ROW\s+LEVEL\s+SECURITY\b", re.IGNORECASE)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    recipe = (
        "Make the policies first, deploy code that sets what they look at, turn row security on "
        "last, and acknowledge it."
    )
    for statement, act in step.acts("alter table"):
        if TURNED.match(act.text) and step.old(act.table):
            yield Violation(
                f"{act.text.lower()} of {act.table}, under running code", recipe, statement
            )
    made = step.names("create policy")
    for statement, act in step.acts("create policy", "drop policy", "alter policy"):
        again = act.kind != "create policy" and act.name in made
        harmless = act.kind == "create policy" and not act.has("RESTRICTIVE")
        if step.old(act.table) and not harmless and not again:
            changed = "restricts" if act.kind == "create policy" else "changes"
            yield Violation(
                f"policy {act.name} {changed} what running code sees of {act.table}",
                recipe,
                statement,
            )
