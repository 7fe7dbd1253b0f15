"""An enum is exchanged for another.

Every row of each table that has it is written anew, while nothing can use the table.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommitted, execute, sql
from stratakit.sql.tokenizer import first_name

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.execute("ALTER TYPE mood RENAME TO mood_old")
op.execute("CREATE TYPE mood AS ENUM ('happy', 'sad', 'calm')")
op.execute("ALTER TABLE moods ALTER COLUMN mood TYPE mood USING mood::text::mood")
op.execute("DROP TYPE mood_old")
""",
)
GOOD = (
    """\
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE mood ADD VALUE 'calm'")
""",
)


PLAIN = re.compile(r"(text|char|varchar|character|smallint|integer|bigint|numeric|boolean)")


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create type")
    for statement, act in step.acts("alter type"):
        target = first_name(act.text)
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        old = column.type if column else "..."
        # A text that becomes an enum is a type-change.
        if target in made and step.old_column(act.table, act.name) and not PLAIN.match(old):
            yield Violation(
                f"{act.table}.{act.name} is changed to the new enum {target}, which writes "
                "every row",
                autocommitted(execute(f"ALTER TYPE {sql(target)} ADD VALUE '...'"))
                + "\n# a value that is not used any more may stay in the enum",
                statement,
            )
