"""A privilege is taken away.

Code that still runs with it gets errors from its next statement on.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation

SEVERITY = "breaks running code"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("REVOKE SELECT ON items FROM PUBLIC")
""",
)
GOOD = (
    """\
op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute("REVOKE ALL ON drafts FROM PUBLIC")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create table", "create view")
    for statement, act in step.acts("revoke"):
        if act.table not in made:
            yield Violation(
                f"running code may need what is revoked: {act.text}",
                "Acknowledge it when no role that serves needs it any more.",
                statement,
            )
