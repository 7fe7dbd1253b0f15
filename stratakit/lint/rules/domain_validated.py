"""A constraint of a domain is tried on all rows while nobody can write.

ALTER DOMAIN reads every table that has a column of it, under a lock on each.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, execute, sql

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)")
""",
    """\
op.execute("ALTER DOMAIN amount SET NOT NULL")
""",
)
GOOD = (
    """\
op.execute("ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID")
""",
    """\
op.execute("ALTER DOMAIN amount VALIDATE CONSTRAINT positive")
""",
)
READS = re.compile(r"ADD\b(?!.*\bNOT\s+VALID\b)|SET\s+NOT\s+NULL\b", re.IGNORECASE | re.DOTALL)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create domain")
    for statement, act in step.acts("alter domain"):
        if READS.match(act.text) and act.name not in made:
            yield Violation(
                f"every table with a column of {act.name} is read: {act.text}",
                execute(f"ALTER DOMAIN {sql(act.name)} ADD CONSTRAINT ... CHECK (...) NOT VALID")
                + NEXT
                + execute(f"ALTER DOMAIN {sql(act.name)} VALIDATE CONSTRAINT ..."),
                statement,
            )
