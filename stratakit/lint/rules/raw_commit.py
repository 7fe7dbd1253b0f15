"""A revision commits by hand.

Its changes are then applied without its version: the command succeeds, and the next one runs the
revision again.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted

SEVERITY = "cannot go back"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
DOWNGRADE = True
BAD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
op.get_bind().commit()
""",
)
GOOD = (
    """\
op.add_column("items", sa.Column("colour", sa.String(20)))
""",
)

BLOCK = autocommitted("...")
COMMIT = re.compile(r"(get_bind\(\)|\b(bind|conn|connection))\.commit\(\)")


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    lines = list(step.commits)
    if not step.observed:
        lines += [
            number
            for number, line in enumerate(step.source.splitlines(), 1)
            if COMMIT.search(line) and not line.lstrip().startswith("#")
        ]
    for line in lines[:1]:
        yield Violation(
            "the revision commits by hand, before its version is written", BLOCK, line=line
        )
    for statement, act in step.acts("transaction"):
        if act.text in ("commit", "rollback", "end"):
            yield Violation(f"the revision sends {act.text.upper()} by hand", BLOCK, statement)
